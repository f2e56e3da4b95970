#include "controller/kube/object/json_document.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "controller/kube/object/json_scanner.hpp"

using namespace toolhive;

namespace {

bool is_accepted(const std::string& text) {
  kube::JsonScanner scanner(text);
  return scanner.skip_value() && scanner.finish();
}

}  // namespace

TEST_CASE("a document is what the general parser makes of the same text, in values and in their types") {
  for (const std::string text : {R"({})",
                                 R"([])",
                                 R"("")",
                                 "null",
                                 "true",
                                 " false ",
                                 "0",
                                 "-0",
                                 "-0.0",
                                 "1",
                                 "-1",
                                 "1.0",
                                 "1e3",
                                 "1E-3",
                                 "9223372036854775807",
                                 "-9223372036854775808",
                                 "9223372036854775808",
                                 "18446744073709551615",
                                 "18446744073709551616",
                                 "-9223372036854775809",
                                 "0.1",
                                 "123456789012345678901234567890.5",
                                 "5e-324",
                                 R"({"b":1,"a":[1,-2,3.5,null,true,"x"],"c":{"d":{"e":[[[]],{}]}}})",
                                 R"({"a":1,"b":2,"a":{"c":3}})",
                                 R"("a\"b\\c\/d\b\f\n\r\t\u00e4\u20ac\ud83d\ude00")",
                                 "\"\u00e4\u20ac\U0001F600\"",
                                 "{ \"a\" :\n [ 1 ,\t2 ] }",
                                 R"({"":{"":""}})"}) {
    CAPTURE(text);
    REQUIRE(is_accepted(text));
    const Json expected = Json::parse(text);
    const Json got = kube::json_document(text);
    CHECK(got == expected);
    CHECK(got.type() == expected.type());
    CHECK(got.dump() == expected.dump());
  }
}

TEST_CASE("a document as deep as a scanner goes is built") {
  const std::string deep = std::string(1000, '[') + std::string(1000, ']');
  REQUIRE(is_accepted(deep));
  CHECK(kube::json_document(deep) == Json::parse(deep));
}
