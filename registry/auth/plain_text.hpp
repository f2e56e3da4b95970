#pragma once

#include <string>
#include <string_view>

namespace toolhive::registry::auth {

// The first bytes of a text that came from elsewhere, fit for headers, JSON and logs: what is not
// printable ASCII becomes ?.
inline std::string plain_text(std::string_view text, std::size_t most = 300) {
  std::string out(text.substr(0, most));
  for (char& c : out) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return out;
}

}  // namespace toolhive::registry::auth
