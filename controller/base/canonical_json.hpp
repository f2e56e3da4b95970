// JSON in its canonical form, of which digests are taken.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace toolhive {

// The canonical form of RFC 8785: members sorted by UTF-16 code units, numbers as ECMAScript prints
// doubles. Integers that a double cannot hold exactly are rounded to it, as the RFC says.
// Thread-safe.
std::string canonical_json(const nlohmann::json& value);
std::string canonical_json(const nlohmann::ordered_json& value);

// Appends `text` as a JSON string, quotes included. The text must be UTF-8. Thread-safe.
void append_json_string(std::string& out, std::string_view text);

}  // namespace toolhive
