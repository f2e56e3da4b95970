#include "controller/operator/live/tool_name.hpp"

#include <algorithm>

namespace toolhive {

namespace {

constexpr std::size_t kLongestName = 128;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-';
}

}  // namespace

Status check_tool_name(std::string_view name) {
  if (name.empty()) return {Code::Invalid, "the tool has no name"};
  if (name.size() > kLongestName)
    return {Code::Invalid, "the name, with its prefix, is longer than 128 characters"};
  if (!std::all_of(name.begin(), name.end(), is_name_character))
    return {Code::Invalid, "the name has a character other than A-Z a-z 0-9 _ . -"};
  if (name == "." || name == "..") return {Code::Invalid, "no path can end with \".\" or \"..\""};
  return {};
}

}  // namespace toolhive
