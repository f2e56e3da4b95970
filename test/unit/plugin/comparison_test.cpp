#include <doctest/doctest.h>

#include "controller/plugin/approval.hpp"
#include "controller/plugin/comparison_tree.hpp"
#include "test/unit/plugin/objects.hpp"

using namespace toolhive;
using namespace toolhive::plugin;

TEST_CASE("changes are drawn by their class, the breaking ones first") {
  const Json comparison =
      Json::parse(R"({"name": "weather", "from": "1.0.0", "to": "1.1.0", "verdict": "breaking",
    "changes": [{"change": "compatible", "pointer": "/a", "message": "is new"},
                {"change": "breaking", "pointer": "/b", "message": "is gone"}]})");
  CHECK(draw(comparison_tree(comparison), Paint(false)) ==
        "weather  breaking  1.0.0 to 1.1.0\n"
        "├─ /b  breaking    is gone\n"
        "└─ /a  compatible  is new\n");
}

TEST_CASE("what was cut off a comparison is told") {
  const Json comparison = Json::parse(R"({"name": "w", "from": "1.0.0", "to": "2.0.0", "verdict": "review",
    "truncated": true, "total": 4000, "changes": [{"change": "review", "pointer": "/t", "message": "changed"}]})");
  CHECK(comparison_tree(comparison).text == "1.0.0 to 2.0.0 (the first of 4000 changes)");
}

TEST_CASE("what waits is drawn with what the registry has and why") {
  CHECK(draw(waiting_tree(test::holding_tool("weather")), Paint(false)) ==
        "team/weather  what the registry does not have as it is offered\n"
        "└─ weather.forecast  Held  Breaking: /inputSchema/required: has \"place\" added\n"
        "   ├─ registered  version 1.0.0\n"
        "   └─ offered     sha256:c0de\n");
}

TEST_CASE("an approval names the offer that was seen, in the object that was seen") {
  const auto approval = approval_of(test::holding_tool("weather"), "");
  REQUIRE_MESSAGE(approval.ok(), approval.status());
  CHECK(approval->digest == "sha256:0ffe");
  CHECK(approval->resource_version == "7");
}

TEST_CASE("nothing is approved that is not held, was not read, or is another offer than expected") {
  Json tool = test::holding_tool("weather");
  CHECK(approval_of(tool, "sha256:other").status().message().find("offers sha256:0ffe now") !=
        std::string::npos);
  CHECK(approval_of(tool, "sha256:0ffe").ok());
  tool["status"]["held"] = 0;
  CHECK(approval_of(tool, "").status().message().find("nothing that is held") != std::string::npos);
  tool["status"].erase("offeredDigest");
  CHECK(approval_of(tool, "").status().message().find("has not been read") != std::string::npos);
}
