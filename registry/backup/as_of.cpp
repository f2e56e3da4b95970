#include "registry/backup/as_of.hpp"

#include <utility>

#include "controller/base/time.hpp"
#include "registry/model/server.hpp"
#include "registry/model/stored_document.hpp"
#include "registry/store/rules.hpp"

namespace toolhive::registry::backup {
namespace {

using MaybeRecord = Result<std::optional<Restore>>;

// What is no time is not later: it tells nothing.
bool is_after(std::string_view text, std::string_view time) {
  const auto read = parse_rfc3339(text);
  return read && to_rfc3339_micro(*read) > time;
}

MaybeRecord tool_as_of(const Registration& version, Restore record, std::string_view time) {
  auto status = read_status(version.document);
  if (!status) return status.take_error();
  if (!is_after(status->changed_at, time)) return std::optional(std::move(record));
  auto document = without_status(version.document);
  if (!document) return document.take_error();
  record.payload = std::move(*document);
  return std::optional(std::move(record));
}

MaybeRecord server_as_of(const std::string& name, const Registration& version, Restore record,
                         std::string_view time) {
  auto said = read_server_record(version.document);
  if (!is_after(said.updated_at, time)) return std::optional(std::move(record));
  said.updated_at = said.published_at;
  if (is_after(said.status_changed_at, time)) {
    said.status = {};
    said.status_changed_at = said.published_at;
  }
  record.payload = render_server_document(
      {name, version.version, version.digest, std::string(server_json(version.document)), {}}, said);
  return std::optional(std::move(record));
}

MaybeRecord version_as_of(const Tool& tool, Restore record, std::string_view time) {
  const auto& version = *tool.latest();
  if (is_after(version.registered_at, time)) return std::optional<Restore>();
  return is_server_name(tool.name) ? server_as_of(tool.name, version, std::move(record), time)
                                   : tool_as_of(version, std::move(record), time);
}

}  // namespace

MaybeRecord as_of(Restore restore, std::string_view time) {
  IndexBuilder builder{Index()};
  Record record;
  record.operation = restore.operation;
  record.payload = restore.payload;
  if (auto applied = apply(builder, record); !applied) return applied.take_error();
  MaybeRecord result = std::optional<Restore>();
  builder.index().visit_all([&](const Tool& tool) {
    if (tool.latest() != nullptr)
      result = version_as_of(tool, std::move(restore), time);
    else if (!is_after(tool.retired.front().withdrawn_at, time))
      result = std::optional(std::move(restore));
  });
  return result;
}

}  // namespace toolhive::registry::backup
