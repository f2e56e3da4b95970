#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace registry {

/// What the API looks at in a request; the transport fills it in. The views must live until the response is
/// given.
struct Request {
  std::string method;
  std::string target;  ///< Path and query as they came, nothing decoded.
  std::string content_type;
  std::string if_match;
  std::string if_none_match;
  std::string accept_encoding;
  std::string request_id;
  std::string_view body;
};

struct Response {
  unsigned status = 200;
  /// Beside Content-Type, and what every response has (api.hpp).
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::string_view content_type;  ///< A literal.
  std::shared_ptr<const std::string>
      body;  ///< Null for none. Shared with the index where the bytes were ready.

  static Response text(unsigned status, std::string_view content_type, std::string body) {
    return {status, {}, content_type, std::make_shared<const std::string>(std::move(body))};
  }
  /// The value of a header, empty when there is none. For tests and logs.
  std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kProblemJson = "application/problem+json";

}  // namespace registry
