#include "registry/model/lifecycle.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "registry/model/name.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

constexpr std::array<std::string_view, 3> kLifecycles = {"active", "deprecated", "deleted"};
constexpr std::size_t kMessageCharacters = 500;

Error unacceptable(std::string field, std::string detail) {
  return {Code::Invalid, std::move(detail), std::move(field)};
}

}  // namespace

std::string_view name_of(Lifecycle lifecycle) {
  return kLifecycles[static_cast<std::size_t>(lifecycle)];
}

std::optional<Lifecycle> parse_lifecycle(std::string_view word) {
  for (std::size_t i = 0; i < kLifecycles.size(); ++i) {
    if (kLifecycles[i] == word) return static_cast<Lifecycle>(i);
  }
  return std::nullopt;
}

Result<Status> parse_status(std::string_view body, bool tool) {
  auto parsed = parse_json(body);
  if (!parsed) return parsed.take_error();
  // The official API answers 422 to a body that is no object, and 400 to an active server with a
  // message. Tools have it the other way round, as their other errors are.
  if (!parsed->is_object())
    return Error{tool ? Code::Malformed : Code::Invalid, "the body must be a JSON object with status"};
  Status status;
  std::optional<Lifecycle> lifecycle;
  for (const auto& [name, value] : parsed->items()) {
    const auto field = pointer_to("", name);
    const bool known = name == "status" || name == "statusMessage" || (tool && name == "replacement");
    if (!known) {
      return unacceptable(field, tool ? "unknown field; status, statusMessage and replacement are known"
                                      : "unknown field; status and statusMessage are known");
    }
    if (!value.is_string()) return unacceptable(field, "must be a string");
    const auto& text = value.get_ref<const std::string&>();
    if (name == "status") {
      lifecycle = parse_lifecycle(text);
      if (!lifecycle || (tool && *lifecycle == Lifecycle::Deleted)) {
        return unacceptable(field, tool ? "must be active or deprecated; DELETE withdraws a tool"
                                        : "must be one of: active, deprecated, deleted");
      }
    } else if (name == "statusMessage") {
      if (count_characters(text) > kMessageCharacters)
        return unacceptable(field, "has more than 500 characters; shorten it");
      status.message = text;
    } else {
      if (auto ok = check_tool_name(text, kServerToolNameBytes); !ok)
        return unacceptable(field, ok.error().detail);
      status.replacement = text;
    }
  }
  if (!lifecycle) return unacceptable("/status", "is missing");
  status.lifecycle = *lifecycle;
  if (*lifecycle == Lifecycle::Active && status.message)
    return Error{tool ? Code::Invalid : Code::Malformed,
                 "goes with deprecated and deleted only; leave it out", "/statusMessage"};
  if (*lifecycle == Lifecycle::Active && !status.replacement.empty())
    return unacceptable("/replacement", "goes with deprecated only; leave it out");
  return status;
}

void append_status(std::string& out, const Status& status, std::string_view changed_at) {
  const auto append = [&out](std::string_view name, std::string_view value) {
    out += ",\"";
    out += name;
    out += "\":";
    append_json_string(out, value);
  };
  append("status", name_of(status.lifecycle));
  append("statusChangedAt", changed_at);
  if (status.message) append("statusMessage", *status.message);
  if (!status.replacement.empty()) append("replacement", status.replacement);
}

}  // namespace toolhive::registry
