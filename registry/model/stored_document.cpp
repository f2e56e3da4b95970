#include "registry/model/stored_document.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>

#include "registry/model/json.hpp"

namespace toolhive::registry {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::array<std::string_view, 4> kStatusMembers = {"status", "statusChangedAt", "statusMessage",
                                                            "replacement"};

// Calls `visit(name, value)` for each member of the outermost object. Values that are not looked at
// are skipped.
template <class Visit>
simdjson::error_code for_each_member(std::string_view document, Visit visit) {
  thread_local ondemand::parser parser;
  std::string text;
  text.reserve(document.size() + simdjson::SIMDJSON_PADDING);
  text.append(document);
  const simdjson::padded_string_view padded(text, text.capacity());
  ondemand::document parsed;
  ondemand::object object;
  if (const auto error = parser.iterate(padded).get(parsed)) return error;
  if (const auto error = parsed.get_object().get(object)) return error;
  for (auto field : object) {
    std::string_view name;
    ondemand::value value;
    if (const auto error = field.unescaped_key().get(name)) return error;
    if (const auto error = field.value().get(value)) return error;
    if (const auto error = visit(name, value)) return error;
  }
  return simdjson::SUCCESS;
}

Error unreadable(simdjson::error_code error) {
  return {Code::Internal,
          std::string("a stored document could not be read: ") + simdjson::error_message(error)};
}

// The members for which `wants(name, copy)`, which may add to the copy before; without the last
// brace.
template <class Wants>
Result<std::string> copy_members(std::string_view document, Wants wants) {
  std::string out;
  out.reserve(document.size());
  const auto error =
      for_each_member(document, [&](std::string_view name, ondemand::value& value) -> simdjson::error_code {
        if (!wants(name, out)) return simdjson::SUCCESS;
        std::string_view text;
        if (const auto unusable = simdjson::to_json_string(value).get(text)) return unusable;
        out += out.empty() ? '{' : ',';
        append_json_string(out, name);
        out += ':';
        out += text;
        return simdjson::SUCCESS;
      });
  if (error != simdjson::SUCCESS) return unreadable(error);
  return out;
}

Result<std::string> copy_without_status(std::string_view document) {
  return copy_members(document, [](std::string_view name, std::string&) {
    return std::find(kStatusMembers.begin(), kStatusMembers.end(), name) == kStatusMembers.end();
  });
}

}  // namespace

Result<StoredStatus> read_status(std::string_view document) {
  StoredStatus stored;
  const auto error =
      for_each_member(document, [&](std::string_view name, ondemand::value& value) -> simdjson::error_code {
        if (std::find(kStatusMembers.begin(), kStatusMembers.end(), name) == kStatusMembers.end())
          return simdjson::SUCCESS;
        std::string_view text;
        if (const auto unusable = value.get_string().get(text)) return unusable;
        if (name == "status") stored.status.lifecycle = parse_lifecycle(text).value_or(Lifecycle::Active);
        if (name == "statusChangedAt") stored.changed_at = text;
        if (name == "statusMessage") stored.status.message = text;
        if (name == "replacement") stored.status.replacement = text;
        return simdjson::SUCCESS;
      });
  if (error != simdjson::SUCCESS) return unreadable(error);
  return stored;
}

Result<std::string> without_status(std::string_view document) {
  auto out = copy_without_status(document);
  if (out) *out += '}';
  return out;
}

Result<std::string> with_status(std::string_view document, const Status& status,
                                std::string_view changed_at) {
  auto out = copy_without_status(document);
  if (!out) return out;
  append_status(*out, status, changed_at);
  *out += '}';
  return out;
}

Result<std::string> with_manager(std::string_view document, const std::optional<ManagedBy>& manager) {
  auto out = copy_members(document, [&](std::string_view name, std::string& copy) {
    // Where render_document() has it.
    if (name == "digest" && manager) {
      copy += ",\"managedBy\":";
      append_managed_by(copy, *manager);
    }
    return name != "managedBy";
  });
  if (out) *out += '}';
  return out;
}

}  // namespace toolhive::registry
