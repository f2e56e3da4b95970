#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "controller/base/canonical_json.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry {

// JSON as it came in: members keep their order.
using Json = nlohmann::ordered_json;

// How it is written, as the rest of the program does.
using toolhive::append_json_string;
using toolhive::canonical_json;

struct JsonLimits {
  // Arrays and objects open at once.
  std::size_t depth = 64;
  // Values and member names altogether.
  std::size_t values = 100'000;
};

// Parses one JSON text (RFC 8259) as strictly as I-JSON (RFC 7493) asks: valid UTF-8, no member
// name twice in an object, no number beyond the range of a double; and no U+0000 in strings.
// Malformed, with the line and column or the member, otherwise.
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

// Parses a document that is stored: as parse_json() does, but without a limit on the values, which
// were counted when it came in, when it had fewer. Every text that may be large goes through one of
// the two, since Json::parse() takes time in proportion to the square of an object's members.
Result<Json> parse_stored_json(std::string_view text);

// Adds a member to an object that has none of that name, without looking whether it has. Returns
// the value in its place.
Json& append_member(Json& object, std::string name, Json value);

// The beginning of a value's compact text, of at most so many bytes, the last of which are "..."
// when it is not the whole. Takes time in proportion to `bytes`, whatever the value.
std::string json_excerpt(const Json& value, std::size_t bytes);

// `pointer` with one more token, escaped as RFC 6901 says.
std::string pointer_to(std::string_view pointer, std::string_view token);

}  // namespace toolhive::registry
