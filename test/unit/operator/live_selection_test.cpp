// What of a server's offer is taken.
#include <doctest/doctest.h>

#include "controller/operator/live/contract.hpp"
#include "controller/operator/live/selected_offer.hpp"
#include "registry/model/tool.hpp"
#include "test/unit/operator/live_offer.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

SelectedOffer selected_of(const std::vector<Json>& tools, const ToolsSpec& spec = {}) {
  return select_tools(*live_offer("1.0.0", tools), spec, "w.");
}

std::string names_in(const SelectedOffer& selected) {
  std::string names;
  for (const OfferedTool& tool : selected.tools) names += tool.name + " ";
  return names;
}

const std::vector<Json> kFour = {live_tool("get_b"), live_tool("get_a"), live_tool("set_a"),
                                 live_tool("del_a")};

}  // namespace

TEST_SUITE_BEGIN("selecting a server's tools");

TEST_CASE("globs say which tools are taken, and a prefix how they are named") {
  CHECK(names_in(selected_of(kFour)) == "w.del_a w.get_a w.get_b w.set_a ");
  CHECK(names_in(selected_of(kFour, {.include = {"get_*", "set_?"}})) == "w.get_a w.get_b w.set_a ");
  CHECK(names_in(selected_of(kFour, {.include = {"*_a"}, .exclude = {"del_*"}})) == "w.get_a w.set_a ");
  CHECK(selected_of(kFour, {.include = {"get_*"}}).offered == 2);
}

TEST_CASE("a tool whose name no registry can have is named with the cause and hides no other") {
  const SelectedOffer selected = selected_of(
      {live_tool("good"), live_tool("b d"), live_tool(std::string(300, 'x')), {{"title", "none"}}});
  CHECK(names_in(selected) == "w.good ");
  CHECK(selected.offered == 4);
  CHECK(selected.rejected_count == 3);
  REQUIRE(selected.rejected.size() == 3);
  for (const LiveTool& line : selected.rejected) {
    CHECK(line.state == ToolState::Rejected);
    CHECK(line.reason == "InvalidName");
    CHECK(line.name.size() <= 128);
    CHECK_FALSE(line.message.empty());
  }
}

TEST_CASE(
    "a tool that asks for headers in a way no client follows is named with the cause and hides no other") {
  Json bad = live_tool("bad");
  bad["inputSchema"]["properties"]["city"]["x-mcp-header"] = "no token";
  const auto offer = std::make_shared<mcp::Offer>(*live_offer("1.0.0", {live_tool("good"), bad}));
  // Of servers before the era of such headers it says nothing.
  offer->server.protocol_version = "2025-11-25";
  CHECK(names_in(select_tools(*offer, {}, "w.")) == "w.bad w.good ");
  offer->server.protocol_version = "2026-07-28";
  const SelectedOffer selected = select_tools(*offer, {}, "w.");
  CHECK(names_in(selected) == "w.good ");
  REQUIRE(selected.rejected.size() == 1);
  CHECK(selected.rejected[0].name == "w.bad");
  CHECK(selected.rejected[0].reason == "InvalidHeader");
  CHECK(selected.rejected[0].message.find("/inputSchema/properties/city/x-mcp-header") != std::string::npos);
}

TEST_CASE("of a name that is there twice the last one counts") {
  const SelectedOffer selected = selected_of({live_tool("get", "old"), live_tool("get", "new")});
  REQUIRE(selected.tools.size() == 1);
  CHECK(selected.tools[0].tool->at("inputSchema").at("properties").contains("new"));
}

TEST_CASE("more than a thousand tools are counted and the first thousand are taken") {
  std::vector<Json> tools;
  for (int i = 0; i < 1'200; ++i) tools.push_back(live_tool("t" + std::to_string(10'000 + i)));
  const SelectedOffer selected = selected_of(tools);
  CHECK(selected.tools.size() == 1'000);
  CHECK(selected.offered == 1'200);
  CHECK(selected.left_out == 200);
}

TEST_CASE("the digest of an offer moves with what is offered, not with order or the server's version") {
  const std::vector<Json> turned(kFour.rbegin(), kFour.rend());
  const std::string digest = selected_of(kFour).digest;
  CHECK(digest.size() == 71);
  CHECK(selected_of(turned).digest == digest);
  CHECK(select_tools(*live_offer("2.0.0", kFour), {}, "w.").digest == digest);
  CHECK(select_tools(*live_offer("1.0.0", kFour), {}, "other.").digest == digest);
  std::vector<Json> changed = kFour;
  changed[2]["description"] = "Tells more.";
  CHECK(selected_of(changed).digest != digest);
  changed = kFour;
  changed[2]["_meta"] = {{"seen", 7}};
  CHECK(selected_of(changed).digest == digest);
  changed.pop_back();
  CHECK(selected_of(changed).digest != digest);
}

TEST_CASE("the digest of a contract is the one that the registry computes of its definition") {
  Json tool = live_tool("get");
  tool["annotations"] = {{"readOnlyHint", true}};
  tool["inputSchema"]["properties"]["n"] = {{"type", "number"}, {"maximum", 1e21}, {"minimum", -0.50}};
  tool["_meta"] = {{"b", 1}};
  const Json contract = contract_of(tool, "w.get");
  CHECK_FALSE(contract.contains("_meta"));
  const auto definition = registry::parse_definition(contract.dump(), {});
  REQUIRE(definition.ok());
  CHECK(contract_digest(contract) == "sha256:" + to_hex(definition->digest));
}

TEST_SUITE_END();
