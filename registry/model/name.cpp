#include "registry/model/name.hpp"

#include <algorithm>

#include "controller/base/glob.hpp"

namespace toolhive::registry {

Result<void> check_tool_name(std::string_view name, std::size_t longest) {
  if (name.empty()) return Error{Code::Invalid, "the name is empty; give 1 to 128 of A-Z a-z 0-9 _ . -"};
  if (name.size() > longest) {
    return Error{Code::Invalid,
                 "the name is longer than " + std::to_string(longest) + " characters; shorten it"};
  }
  for (const char c : name) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                         c == '_' || c == '.' || c == '-';
    if (!allowed)
      return Error{Code::Invalid, "the name holds a character other than A-Z a-z 0-9 _ . -; leave it out"};
  }
  if (name == "." || name == "..")
    return Error{Code::Invalid, "the names . and .. cannot be part of a URL; use another"};
  return {};
}

Result<void> NamingPolicy::check(std::string_view name) const {
  const auto matches = [name](const std::string& glob) { return matches_glob(glob, name); };
  if (!allow.empty() && std::none_of(allow.begin(), allow.end(), matches)) {
    std::string list;
    for (const auto& glob : allow) list += (list.empty() ? "" : ", ") + glob;
    return Error{Code::Invalid, "this registry takes only names that match one of: " + list};
  }
  if (auto it = std::find_if(deny.begin(), deny.end(), matches); it != deny.end()) {
    return Error{Code::Invalid, "this registry takes no names that match " + *it};
  }
  return {};
}

}  // namespace toolhive::registry
