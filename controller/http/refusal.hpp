// An answer that the transport gives in place of a handler.
#pragma once

#include <string>
#include <string_view>

namespace toolhive::http {

struct Refusal {
  unsigned status = 0;
  std::string detail;           // one sentence for the client
  std::string_view lines = {};  // a literal: complete header lines
};

inline constexpr std::string_view kAllowLine = "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";
inline constexpr std::string_view kRetryAfterLine = "Retry-After: 1\r\n";

}  // namespace toolhive::http
