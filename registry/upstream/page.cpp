#include "registry/upstream/page.hpp"

#include <simdjson.h>

#include "controller/base/time.hpp"
#include "controller/base/utf8.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry::upstream {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kOfficialMeta = "io.modelcontextprotocol.registry/official";
// What no server has; the checks of a publication come later.
constexpr std::size_t kLongestName = 300;
constexpr std::size_t kMessageBytes = 500;

Error no_list(const char* why) {
  return {Code::Malformed, std::string("the answer is no list of servers: ") + why};
}

// A member that is a text; none when it is not there or is something else.
std::optional<std::string> text_of(ondemand::object& object, std::string_view name) {
  std::string_view value;
  if (object.find_field_unordered(name).get_string().get(value) != simdjson::SUCCESS) return std::nullopt;
  return std::string(value);
}

std::string time_of(ondemand::object& object, std::string_view name) {
  const auto text = text_of(object, name);
  const auto time = text ? parse_rfc3339(*text) : std::nullopt;
  return time ? to_rfc3339_micro(*time) : std::string();
}

// What the registry itself says of the entry. One that says nothing of the status is active.
bool read_official(ondemand::object& entry, ListedVersion& out) {
  ondemand::object meta, official;
  if (entry.find_field_unordered("_meta").get_object().get(meta) != simdjson::SUCCESS ||
      meta.find_field_unordered(kOfficialMeta).get_object().get(official) != simdjson::SUCCESS)
    return true;
  if (const auto word = text_of(official, "status")) {
    const auto lifecycle = parse_lifecycle(*word);
    if (!lifecycle) return false;
    out.status.lifecycle = *lifecycle;
  }
  if (auto message = text_of(official, "statusMessage"); message && !message->empty() &&
                                                         message->find('\0') == message->npos &&
                                                         out.status.lifecycle != Lifecycle::Active)
    out.status.message = shortened(*message, kMessageBytes);
  out.published_at = time_of(official, "publishedAt");
  out.updated_at = time_of(official, "updatedAt");
  return true;
}

std::optional<ListedVersion> read_entry(ondemand::object& entry) {
  ListedVersion out;
  ondemand::object server;
  if (entry.find_field_unordered("server").get_object().get(server) != simdjson::SUCCESS) return std::nullopt;
  auto name = text_of(server, "name");
  auto version = text_of(server, "version");
  if (!name || !version || name->size() > kLongestName || version->size() > kLongestName) return std::nullopt;
  out.name = std::move(*name);
  out.version = std::move(*version);
  std::string_view raw;
  if (server.reset().error() != simdjson::SUCCESS || server.raw_json().get(raw) != simdjson::SUCCESS)
    return std::nullopt;
  out.server = trim(raw, " \t\r\n");
  if (!read_official(entry, out)) return std::nullopt;
  return out;
}

}  // namespace

Result<Page> read_page(std::string_view text) {
  const simdjson::padded_string padded(text);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object root;
  if (const auto error = parser.iterate(padded).get(document)) return no_list(simdjson::error_message(error));
  if (document.get_object().get(root) != simdjson::SUCCESS) return no_list("it is no JSON object");
  Page page;
  if (ondemand::object metadata;
      root.find_field_unordered("metadata").get_object().get(metadata) == simdjson::SUCCESS)
    page.next_cursor = text_of(metadata, "nextCursor").value_or("");
  if (root.reset().error() != simdjson::SUCCESS) return no_list("it is cut short");
  ondemand::array servers;
  if (root.find_field_unordered("servers").get_array().get(servers) != simdjson::SUCCESS)
    return no_list("it has no array of servers");
  for (auto each : servers) {
    ondemand::value value;
    if (const auto error = std::move(each).get(value)) return no_list(simdjson::error_message(error));
    ondemand::object entry;
    std::optional<ListedVersion> read;
    if (value.get_object().get(entry) == simdjson::SUCCESS) read = read_entry(entry);
    if (read)
      page.versions.push_back(std::move(*read));
    else
      ++page.unreadable;
  }
  return page;
}

}  // namespace toolhive::registry::upstream
