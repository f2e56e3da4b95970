#include "registry/model/json.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cost.hpp"

using namespace toolhive::registry;

namespace {

std::string canonical(std::string_view text) {
  auto value = parse_json(text);
  REQUIRE_MESSAGE(value.ok(), (value.ok() ? "" : value.error().detail));
  return canonical_json(*value);
}

std::string refusal(std::string_view text, const JsonLimits& limits = {}) {
  auto value = parse_json(text, limits);
  REQUIRE_FALSE(value.ok());
  CHECK(value.error().code == Code::Malformed);
  return value.error().detail;
}

bool mentions(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("canonical JSON is what RFC 8785 gives as its example") {
  CHECK(canonical(R"({
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  })") ==
        "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
        "\"string\":\"\xE2\x82\xAC$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST_CASE("canonical JSON sorts members by UTF-16 code units") {
  // The RFC's own list: a surrogate pair sorts before U+FB33 although its code point is larger.
  CHECK(canonical(R"({"\ufb33":1,"\ud83d\ude02":2,"\u20ac":3,"\u00f6":4,"1":5,"\r":6,"\u0080":7})") ==
        "{\"\\r\":6,\"1\":5,\"\xC2\x80\":7,\"\xC3\xB6\":4,\"\xE2\x82\xAC\":3,\"\xF0\x9F\x98\x82\":2,"
        "\"\xEF\xAC\xB3\":1}");
}

TEST_CASE("canonical JSON prints doubles as ECMAScript does") {
  CHECK(canonical("[-0.0, 1e21, 1e20, 123456789012345680000, 0.000001, 1e-7, 5e-324, 1.7976931348623157e308, "
                  "-1.5]") ==
        "[0,1e+21,100000000000000000000,123456789012345680000,0.000001,1e-7,5e-324,1.7976931348623157e+308,-"
        "1.5]");
}

TEST_CASE("canonical JSON rounds integers beyond 53 bits to the double next to them") {
  CHECK(canonical("[9007199254740993, 9223372036854775807, 18446744073709551615, -9223372036854775808]") ==
        "[9007199254740992,9223372036854776000,18446744073709552000,-9223372036854776000]");
}

TEST_CASE("parsing keeps the order of members") {
  CHECK(parse_json(R"({"b":1,"a":2})")->dump() == R"({"b":1,"a":2})");
}

TEST_CASE("a member that occurs twice in one object is refused by name") {
  CHECK(mentions(refusal(R"({"a":1,"b":{"x":1},"a":2})"), "\"a\" occurs twice"));
  CHECK(mentions(refusal(R"([{"\u0061":1,"a":2}])"), "\"a\" occurs twice"));
  CHECK(parse_json(R"({"a":{"a":1},"b":{"a":1}})").ok());
}

TEST_CASE("JSON deeper than the limit is refused, whatever its depth") {
  const JsonLimits limits{4, 1000};
  CHECK(parse_json("[[[[1]]]]", limits).ok());
  CHECK(mentions(refusal("[[[[[1]]]]]", limits), "deeper than 4"));
  CHECK(mentions(refusal(std::string(5'000'000, '[')), "deeper than 64"));
}

TEST_CASE("JSON of more values than the limit is refused") {
  CHECK(parse_json("[1,2,3]", {4, 4}).ok());
  CHECK(mentions(refusal("[1,2,3,4]", {4, 4}), "more than 4"));
}

TEST_CASE("a stored document may have more values than one that comes in, and is no less JSON") {
  std::string text = "[0";
  for (std::size_t i = 1; i < JsonLimits().values; ++i) text += ",0";
  text += ']';
  CHECK_FALSE(parse_json(text).ok());
  const auto stored = parse_stored_json(text);
  REQUIRE(stored.ok());
  CHECK(stored->size() == JsonLimits().values);
  CHECK_FALSE(parse_stored_json(R"({"a":1,"a":2})").ok());
  CHECK_FALSE(parse_stored_json(std::string(100, '[')).ok());
  CHECK_FALSE(parse_stored_json("").ok());
}

TEST_CASE("an excerpt of a value is its text, or the beginning of it") {
  for (const char* text : {"null", "-1.5", "\"a\\n\"", "[]", "{}", R"([1,{"a":[true,"b"]}])"}) {
    CHECK(json_excerpt(Json::parse(text), 30) == text);
    CHECK(json_excerpt(Json::parse(text), std::string_view(text).size()) == text);
  }
  CHECK(json_excerpt(Json::parse(R"({"a":[1,2,3],"b":"cd"})"), 12) == R"({"a":[1,2...)");
  CHECK(json_excerpt(std::string(58, 'a'), 60) == '"' + std::string(58, 'a') + '"');
  for (std::size_t more = 59; more < 70; ++more)
    CHECK(json_excerpt(std::string(more, 'a'), 60) == '"' + std::string(56, 'a') + "...");
  CHECK(json_excerpt(Json{{std::string(100, 'k'), 1}}, 20) == "{\"" + std::string(15, 'k') + "...");
}

TEST_CASE("an excerpt costs what it shows, not what there is") {
  const auto excerpt_of = [](std::size_t size) {
    Json value = {{"list", Json::array_t(size, "text")}, {"text", std::string(100 * size, 'a')}};
    return [value] {
      for (int i = 0; i < 1'000; ++i) CHECK_UNARY(json_excerpt(value, 60).size() == 60);
    };
  };
  CHECK(test::growth(1'000, excerpt_of) < 3);
}

TEST_CASE("parsing takes time in proportion to the text, however many members an object has") {
  const auto parse_members = [](std::size_t size) {
    std::string text = "{\"m\":0";
    for (std::size_t i = 0; i < size; ++i) text += ",\"m" + std::to_string(i) + "\":1";
    text += '}';
    return [text] { CHECK(parse_stored_json(text).ok()); };
  };
  CHECK(test::growth(1'250, parse_members) < test::kLinear);
}

TEST_CASE("numbers a double cannot hold are refused, not rounded to infinity") {
  CHECK(mentions(refusal("[1e400]"), "too large"));
  CHECK(mentions(refusal("-1e999"), "too large"));
  CHECK(parse_json("1e-400").ok());
  CHECK(parse_json("123456789012345678901234567890").ok());
}

TEST_CASE("what is not UTF-8 is refused, and the error holds none of it") {
  for (const char* text :
       {"\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "{\"\xff\":1}"}) {
    const auto detail = refusal(text);
    CHECK(mentions(detail, "UTF-8"));
    for (const char c : detail) CHECK(static_cast<unsigned char>(c) < 0x80);
  }
  CHECK_FALSE(parse_json(R"("\ud800")").ok());
}

TEST_CASE("NUL is refused as a byte and as an escape") {
  CHECK(mentions(refusal(std::string_view("{}\0", 3)), "NUL"));
  CHECK(mentions(refusal(std::string_view("\"a\0b\"", 5)), "NUL"));
  CHECK(mentions(refusal(R"("a\u0000b")"), "U+0000"));
  CHECK(mentions(refusal(R"({"a\u0000":1})"), "U+0000"));
}

TEST_CASE("an empty body, a byte order mark, a second value and a cut-off value are refused") {
  CHECK(mentions(refusal(""), "empty"));
  CHECK(mentions(refusal("\xEF\xBB\xBF{}"), "byte order mark"));
  CHECK(mentions(refusal("{} {}"), "line 1"));
  CHECK(mentions(refusal("{\"a\":"), "end of input"));
}
