#include "controller/base/json_access.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace toolhive;

TEST_CASE("the text of a member is empty where the document has no such text") {
  CHECK(string_member({{"reason", "Denied"}}, "reason") == "Denied");
  CHECK(string_member({{"reason", "Denied"}}, "message").empty());
  CHECK(string_member({{"reason", 7}}, "reason").empty());
  CHECK(string_member({{"reason", nullptr}}, "reason").empty());
  CHECK(string_member(Json::array({"reason"}), "reason").empty());
  CHECK(string_member(Json(), "reason").empty());
}

TEST_CASE("what a pointer leads to is found, and nothing where the way ends") {
  const Json document = {{"status", {{"phase", "Bound"}, {"size", 3}, {"list", {"a", "b"}}}}};
  CHECK(text_at(document, "/status/phase") == "Bound");
  CHECK(text_at(document, "/status/size").empty());
  CHECK(text_at(document, "/status/phase/deeper").empty());
  CHECK(text_at(document, "/spec/phase").empty());
  REQUIRE(value_at(document, "/status/list/1"));
  CHECK(*value_at(document, "/status/list/1") == "b");
  CHECK(value_at(document, "/status/list/2") == nullptr);
  CHECK(value_at(Json(), "/status") == nullptr);
}
