#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "registry/base/result.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {

// Where a version is in its life.
enum class Lifecycle : std::uint8_t {
  Active,
  Deprecated,  // Served, with the advice not to use it any more.
  // A server's version only: kept, and left out unless asked for. A tool's is withdrawn instead.
  Deleted,
};

// "active", "deprecated", "deleted": as documents and the API say it.
std::string_view name_of(Lifecycle lifecycle);

// None for any other word.
std::optional<Lifecycle> parse_lifecycle(std::string_view word);

// The status of a version, with what its readers should know.
struct Status {
  Lifecycle lifecycle = Lifecycle::Active;
  std::optional<std::string> message;
  std::string replacement;  // The name of the tool to use in its place; empty for none.

  bool operator==(const Status&) const = default;
};

// Reads the body of a status change: `status`, `statusMessage` (at most 500 characters, not with
// active) and, if `tool`, `replacement` (with deprecated). A tool is never deleted this way.
// Malformed or Invalid with the member.
Result<Status> parse_status(std::string_view body, bool tool);

// Appends `,"status":...,"statusChangedAt":...` and the rest of `status` to an open object.
void append_status(std::string& out, const Status& status, std::string_view changed_at);

}  // namespace toolhive::registry
