#include "controller/base/text.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json.hpp"
#include "controller/base/utf8.hpp"

namespace toolhive {

std::string valid_utf8(std::string_view text) {
  const std::string quoted = Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(quoted).get<std::string>();
}

std::string cleaned(std::string_view text, std::size_t limit) {
  // Before the work on it, with a byte to spare that shows that something was cut.
  const std::string valid = valid_utf8(text.substr(0, limit + 1));
  std::string out;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const auto byte = static_cast<unsigned char>(valid[i]);
    const bool c1 = byte == 0xC2 && static_cast<unsigned char>(valid[i + 1]) < 0xA0;
    if (c1) ++i;
    out += c1 || byte < 0x20 || byte == 0x7F ? ' ' : valid[i];
  }
  return shortened(out, limit);
}

}  // namespace toolhive
