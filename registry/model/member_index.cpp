#include "registry/model/member_index.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

namespace toolhive::registry {
namespace {

// So many are found one after the other as quickly as in an index.
constexpr std::size_t kFewMembers = 8;

// The tokens of a JSON pointer from the last to the first, without their escapes.
std::optional<std::vector<std::string>> tokens_from_the_end(const std::string& pointer) {
  std::vector<std::string> tokens;
  try {
    for (Json::json_pointer rest(pointer); !rest.empty(); rest.pop_back()) tokens.push_back(rest.back());
  } catch (const Json::exception&) {
    // Does not start with a slash, or has an escape that pointers do not know.
    return std::nullopt;
  }
  return tokens;
}

const Json* find_item(const Json& array, std::string_view token) {
  std::size_t index = 0;
  const auto* end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, index);
  const bool padded = token.size() > 1 && token.front() == '0';
  return error == std::errc() && stop == end && !padded && index < array.size() ? &array[index] : nullptr;
}

}  // namespace

const Json* MemberIndex::find(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  if (object.size() <= kFewMembers) {
    const auto it = object.find(name);
    return it == object.end() ? nullptr : &*it;
  }
  const auto& members = sorted_members(object);
  const auto it = std::lower_bound(members.begin(), members.end(), name,
                                   [](const auto& member, std::string_view to) { return member.first < to; });
  return it != members.end() && it->first == name ? it->second : nullptr;
}

const Json* MemberIndex::follow(const Json& root, const std::string& pointer) {
  const auto tokens = tokens_from_the_end(pointer);
  const Json* value = tokens ? &root : nullptr;
  for (std::size_t i = tokens ? tokens->size() : 0; value != nullptr && i > 0; --i) {
    const auto& token = (*tokens)[i - 1];
    value = value->is_array() ? find_item(*value, token) : find(*value, token);
  }
  return value;
}

const MemberIndex::Members& MemberIndex::sorted_members(const Json& object) {
  auto& members = sorted_[&object];
  if (!members.empty()) return members;
  for (const auto& [name, value] : object.get_ref<const Json::object_t&>())
    members.emplace_back(name, &value);
  std::sort(members.begin(), members.end());
  return members;
}

}  // namespace toolhive::registry
