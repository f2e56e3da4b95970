// SHA-256, as FIPS 180-4 defines it.
#pragma once

#include <string>
#include <string_view>

namespace toolhive {

// The digest of `bytes` in lower-case hex.
std::string sha256_hex(std::string_view bytes);

}  // namespace toolhive
