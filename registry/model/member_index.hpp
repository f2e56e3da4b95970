#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "registry/model/json.hpp"

namespace toolhive::registry {

// Finds members of ordered objects by name, in logarithmic time from the second search on, where
// Json::find() looks at one member after the other. The objects must neither change nor go while it
// is used. Not thread safe.
class MemberIndex {
 public:
  // Null when the object has no such member, or is no object.
  const Json* find(const Json& object, std::string_view name);

  // What a JSON pointer (RFC 6901) leads to. Null when that is nothing, or it is no pointer.
  const Json* follow(const Json& root, const std::string& pointer);

 private:
  using Members = std::vector<std::pair<std::string_view, const Json*>>;
  const Members& sorted_members(const Json& object);

  std::unordered_map<const Json*, Members> sorted_;
};

}  // namespace toolhive::registry
