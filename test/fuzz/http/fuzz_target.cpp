// An accepted request target means the same to everybody who reads it: no NUL, no dot segment after
// any decoding, and cpprestsdk sees the same path.
#include "controller/http/target.hpp"

#include <cpprest/base_uri.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "test/fuzz/require.hpp"

using namespace toolhive;

using toolhive::fuzz::require;

namespace {

// Decodes once more than any handler would, with every slash and backslash a separator.
void require_no_dots(const std::string& path) {
  std::string segment;
  for (const char c : path + "/") {
    if (c != '/' && c != '\\') {
      segment += c;
      continue;
    }
    require(segment != "." && segment != "..");
    segment.clear();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string raw(reinterpret_cast<const char*>(data), size);
  for (const char* method : {"GET", "OPTIONS"}) {
    const auto checked = http::check_target(method, raw);
    if (!checked.ok()) continue;
    const http::Target& target = *checked;
    if (target.asterisk) {
      require(raw == "*");
      continue;
    }
    require(!target.path.empty() && target.path.front() == '/');
    const std::string decoded = web::uri::decode(std::string(target.path));
    require(web::uri::decode(std::string(target.origin)).find('\0') == std::string::npos);
    require_no_dots(decoded);
    require_no_dots(http::routing_path(target.path));
    for (const char c : decoded) require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    const web::uri uri{std::string(target.origin)};
    require(uri.path() == target.path && uri.host().empty());
  }
  return 0;
}
