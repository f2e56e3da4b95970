#include "registry/model/unseen.hpp"

#include <utf8proc.h>

#include <nlohmann/json.hpp>
#include <string_view>

namespace toolhive::registry {
namespace {

bool is_unseen(utf8proc_int32_t code_point) {
  if (code_point == '\n' || code_point == '\r' || code_point == '\t') return false;
  const auto* property = utf8proc_get_property(code_point);
  return property->category == UTF8PROC_CATEGORY_CC || property->category == UTF8PROC_CATEGORY_CF ||
         property->category == UTF8PROC_CATEGORY_ZL || property->category == UTF8PROC_CATEGORY_ZP ||
         property->ignorable;
}

std::size_t count_in(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    utf8proc_int32_t code_point = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &code_point);
    if (size <= 0) break;  // Not UTF-8: what is stored was checked to be.
    if (is_unseen(code_point)) ++count;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  return count;
}

}  // namespace

std::size_t count_unseen(const Json& value) {
  if (value.is_string()) return count_in(value.get_ref<const std::string&>());
  std::size_t count = 0;
  if (value.is_array()) {
    for (const auto& each : value) count += count_unseen(each);
  } else if (value.is_object()) {
    for (const auto& [name, each] : value.get_ref<const Json::object_t&>())
      count += count_in(name) + count_unseen(each);
  }
  return count;
}

}  // namespace toolhive::registry
