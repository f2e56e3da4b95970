// Text without what might let somebody in.
#pragma once

#include <string>
#include <string_view>

namespace toolhive::plugin {

inline constexpr std::string_view kRedacted = "[redacted]";

// The text without bearer and basic credentials, JSON Web Tokens, users and passwords of URLs,
// private keys in PEM, and values of names that are secret ("password=x", "\"token\": \"x\"").
// Takes time in proportion to the text. Thread-safe.
std::string redacted_text(std::string_view text);

}  // namespace toolhive::plugin
