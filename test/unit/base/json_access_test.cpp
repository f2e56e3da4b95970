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
