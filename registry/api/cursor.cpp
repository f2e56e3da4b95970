#include "registry/api/cursor.hpp"

#include "controller/base/base64.hpp"

namespace toolhive::registry {

std::string make_cursor(std::string_view list, std::string_view place) {
  return encode_base64url(std::string(list).append(":").append(place));
}

std::optional<std::string> read_cursor(std::string_view list, std::string_view cursor) {
  auto text = decode_base64url(cursor);
  const auto begin = std::string(list) + ":";
  if (!text || !text->starts_with(begin)) return std::nullopt;
  return text->substr(begin.size());
}

}  // namespace toolhive::registry
