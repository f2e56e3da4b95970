#include "controller/kube/object/json_pruner.hpp"

#include <doctest/doctest.h>

#include <string>

using toolhive::kube::prune_json;

TEST_CASE("what is nested beyond a depth becomes null, and all else stays as it is written") {
  CHECK(prune_json(R"({"a":[1,{"b":2}],"c":"\u00e4"})", 3) == R"({"a":[1,{"b":2}],"c":"\u00e4"})");
  CHECK(prune_json(R"({"a":[1,{"b":2}],"c":3})", 2) == R"({"a":[1,null],"c":3})");
  CHECK(prune_json(R"({"a":[1,{"b":2}],"c":3})", 1) == R"({"a":null,"c":3})");
  CHECK(prune_json(R"([[],{}])", 0) == "null");
  CHECK(prune_json("5", 0) == "5");
  CHECK(prune_json("{}", 1) == "{}");
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  CHECK(prune_json(deep, 4) == "[[[[null]]]]");
}

TEST_CASE("text whose brackets are not balanced is not pruned") {
  for (const char* text : {R"({"a":[1})", R"({"a")", "[1,", R"({"a":"b)"}) {
    CAPTURE(text);
    CHECK_FALSE(prune_json(text, 8));
  }
}
