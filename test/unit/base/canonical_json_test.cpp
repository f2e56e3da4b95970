#include "controller/base/canonical_json.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace toolhive;

TEST_SUITE_BEGIN("canonical JSON");

TEST_CASE("a document has one canonical form, whether its members are kept sorted or as they came") {
  constexpr const char* kText =
      R"({"\ufb33":[1.50,-0.0,18446744073709551615],"\ud83d\ude02":{"b":null,"a":true},"a":"\u000f\"\/\u20ac"})";
  const std::string canonical =
      "{\"a\":\"\\u000f\\\"/\xE2\x82\xAC\",\"\xF0\x9F\x98\x82\":{\"a\":true,\"b\":null},"
      "\"\xEF\xAC\xB3\":[1.5,0,18446744073709552000]}";
  CHECK(canonical_json(nlohmann::json::parse(kText)) == canonical);
  CHECK(canonical_json(nlohmann::ordered_json::parse(kText)) == canonical);
}

TEST_SUITE_END();
