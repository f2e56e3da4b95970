// Bringing a definition into a registry, whatever is there.
#include <doctest/doctest.h>

#include "controller/operator/mcptool/registration.hpp"
#include "controller/operator/mcptool/status.hpp"
#include "controller/operator/served_version.hpp"
#include "test/unit/operator/fake_registry.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

WantedTool wanted(std::int64_t generation = 1, const std::string& version = "",
                  const Json& title = "Weather") {
  WantedTool tool;
  tool.name = "weather";
  tool.version = version;
  tool.generation = generation;
  tool.definition =
      std::make_shared<const Json>(Json{{"title", title}, {"inputSchema", {{"type", "object"}}}});
  tool.manager = {"MCPTool", "mcp", "weather", "uid-1"};
  return tool;
}

const Context kContext{};

TEST_CASE("a tool that was never registered costs one write, and a look at what is served then") {
  FakeRegistry registry;
  const auto outcome = register_tool(kContext, registry, wanted(), {}, 0);
  CHECK(outcome.registered.holds());
  CHECK(outcome.wrote);
  REQUIRE(outcome.tool);
  CHECK(outcome.tool->version == "0.1.0");
  CHECK_FALSE(outcome.tool->digest.empty());
  CHECK(registry.puts == 1);
  CHECK(registry.version_lists == 1);
  CHECK(registry.gets == 0);
}

TEST_CASE("a settled tool is looked at and not written") {
  FakeRegistry registry;
  const auto first = register_tool(kContext, registry, wanted(), {}, 0);
  const auto second = register_tool(kContext, registry, wanted(), first.tool, 1);
  CHECK(second.registered.holds());
  CHECK_FALSE(second.wrote);
  CHECK(second.tool == first.tool);
  CHECK(second.withdrawn.empty());
  CHECK(registry.puts == 1);
  CHECK(registry.version_lists == 2);
  CHECK(registry.gets == 0);
}

// What whoever reaches a registry without authentication can do.
void register_by_hand(FakeRegistry& registry, const std::string& version, const Json& title = "Other") {
  REQUIRE(registry.put(kContext, registration_body(wanted(1, "", title), version)).ok());
}

TEST_CASE("a version that somebody else registers above the declared one is withdrawn, and told") {
  FakeRegistry registry;
  const auto first = register_tool(kContext, registry, wanted(), {}, 0);
  register_by_hand(registry, "9.9.9");
  register_by_hand(registry, "8.0.0");
  const auto second = register_tool(kContext, registry, wanted(), first.tool, 1);
  CHECK(second.registered.holds());
  CHECK(second.tool == first.tool);
  CHECK(second.withdrawn == std::vector<std::string>{"9.9.9", "8.0.0"});
  CHECK(registry.latest("weather")->at("version") == "0.1.0");
}

TEST_CASE("a changed definition is what is served, whatever was registered above it meanwhile") {
  FakeRegistry registry;
  const auto first = register_tool(kContext, registry, wanted(), {}, 0);
  register_by_hand(registry, "9.9.9");
  const auto second = register_tool(kContext, registry, wanted(2, "", "New"), first.tool, 1);
  CHECK(second.wrote);
  CHECK(second.withdrawn == std::vector<std::string>{"9.9.9"});
  CHECK(registry.latest("weather")->at("title") == "New");
  CHECK(registry.entries.contains({"weather", "0.1.0"}));
}

TEST_CASE("a declared version that is below the one before is what is served") {
  FakeRegistry registry;
  const auto first = register_tool(kContext, registry, wanted(1, "2.0.0"), {}, 0);
  const auto second = register_tool(kContext, registry, wanted(2, "1.0.0"), first.tool, 1);
  CHECK(second.withdrawn == std::vector<std::string>{"2.0.0"});
  CHECK(registry.latest("weather")->at("version") == "1.0.0");
}

TEST_CASE("a version that is served in place of the declared one and cannot be withdrawn is told") {
  for (const bool unavailable : {false, true}) {
    FakeRegistry registry;
    const auto first = register_tool(kContext, registry, wanted(), {}, 0);
    register_by_hand(registry, "9.9.9");
    registry.withdrawal_fault =
        unavailable ? Status(Code::Unavailable, "disk is read-only") : Status(Code::Conflict, "another's");
    const auto second = register_tool(kContext, registry, wanted(), first.tool, 1);
    CHECK(second.overridden);
    CHECK(second.registered.reason == "Overridden");
    CHECK(second.registered.message.find(registry.withdrawal_fault.message()) != std::string::npos);
    CHECK(second.tool == first.tool);
  }
}

TEST_CASE("of many versions above the declared one some are withdrawn in each pass") {
  FakeRegistry registry;
  auto known = register_tool(kContext, registry, wanted(), {}, 0).tool;
  for (int i = 1; i <= 20; ++i) register_by_hand(registry, std::to_string(i) + ".0.0");
  const auto first = register_tool(kContext, registry, wanted(), known, 1);
  CHECK(first.overridden);
  CHECK(first.withdrawn.size() == 16);
  const auto second = register_tool(kContext, registry, wanted(), known, 1);
  CHECK_FALSE(second.overridden);
  CHECK(second.withdrawn.size() == 4);
}

TEST_CASE("a replica that does not know of a version yet gives no reason to withdraw others") {
  FakeRegistry registry;
  register_by_hand(registry, "1.0.0");
  const auto behind = registry.versions(kContext, "weather");
  const PutBack done = withdraw_versions_before(kContext, registry, "2.0.0", *behind, wanted().manager);
  CHECK(done.withdrawn.empty());
  CHECK(done.failure.ok());
  CHECK(registry.entries.size() == 1);
}

TEST_CASE("what an earlier MCPTool of the same name left is followed and not withdrawn") {
  FakeRegistry registry;
  register_by_hand(registry, "0.4.0");
  const auto outcome = register_tool(kContext, registry, wanted(), {}, 0);
  CHECK(outcome.registered.holds());
  CHECK(outcome.withdrawn.empty());
  CHECK(registry.latest("weather")->at("title") == "Weather");
  CHECK(registry.latest("weather")->at("version") == outcome.tool->version);
  CHECK(registry.entries.contains({"weather", "0.4.0"}));
}

TEST_CASE("a changed definition is registered under its generation's number") {
  FakeRegistry registry;
  const auto first = register_tool(kContext, registry, wanted(), {}, 0);
  const auto second = register_tool(kContext, registry, wanted(2, "", "Other"), first.tool, 1);
  CHECK(second.tool->version == "0.2.0");
  CHECK(registry.entries.size() == 2);
}

TEST_CASE("a generation that does not change the definition keeps its version") {
  FakeRegistry registry;
  const auto first = register_tool(kContext, registry, wanted(), {}, 0);
  const auto second = register_tool(kContext, registry, wanted(2), first.tool, 1);
  CHECK(second.tool->version == "0.1.0");
  CHECK_FALSE(second.wrote);
}

TEST_CASE("an entry that the registry lost comes back under the version it had") {
  FakeRegistry registry;
  const auto first = register_tool(kContext, registry, wanted(3), {}, 0);
  REQUIRE(first.tool->version == "0.3.0");
  registry.entries.clear();
  const auto second = register_tool(kContext, registry, wanted(3), first.tool, 3);
  CHECK(second.wrote);
  CHECK(second.tool->version == "0.3.0");
}

TEST_CASE("a number that an earlier tool used up is left to the registry") {
  FakeRegistry registry;
  REQUIRE(register_tool(kContext, registry, wanted(1, "", "Earlier"), {}, 0).tool->version == "0.1.0");
  const auto outcome = register_tool(kContext, registry, wanted(), {}, 0);
  CHECK(outcome.registered.holds());
  CHECK(outcome.tool->version == "0.100.0");
}

TEST_CASE("a version below one that was registered is not given") {
  CHECK(numbered_version(2, RegisteredTool{"weather", "1.4.0", "", ""}, 1) == "");
  CHECK(numbered_version(2, RegisteredTool{"weather", "0.7.0", "", ""}, 1) == "");
  CHECK(numbered_version(2, RegisteredTool{"weather", "0.1.0", "", ""}, 1) == "0.2.0");
  CHECK(numbered_version(2, {}, 0) == "0.2.0");
  CHECK(numbered_version(2, RegisteredTool{"weather", "0.1.0", "", ""}, 2) == "0.1.0");
}

TEST_CASE("other content under a declared version is a conflict that leaves the registered one in place") {
  FakeRegistry registry;
  const auto first = register_tool(kContext, registry, wanted(1, "1.0.0"), {}, 0);
  const auto second = register_tool(kContext, registry, wanted(2, "1.0.0", "Other"), first.tool, 1);
  CHECK(second.registered.reason == "VersionConflict");
  CHECK(second.registered.message.find("1.0.0") != std::string::npos);
  CHECK(second.tool == first.tool);
  CHECK(registry.entries.at({"weather", "1.0.0"}).at("title") == "Weather");
  // Without memory of what was registered, the registry's answer says the same.
  CHECK(register_tool(kContext, registry, wanted(2, "1.0.0", "Other"), {}, 0).registered.reason ==
        "VersionConflict");
  const auto third = register_tool(kContext, registry, wanted(3, "1.0.1", "Other"), second.tool, 0);
  CHECK(third.tool->version == "1.0.1");
}

TEST_CASE("what stays registered while something else is refused is what is served") {
  FakeRegistry registry;
  const auto first = register_tool(kContext, registry, wanted(1, "1.0.0"), {}, 0);
  register_by_hand(registry, "9.9.9");
  const auto second = register_tool(kContext, registry, wanted(2, "1.0.0", "Other"), first.tool, 1);
  CHECK(second.registered.reason == "VersionConflict");
  CHECK(second.withdrawn == std::vector<std::string>{"9.9.9"});
  CHECK(second.tool == first.tool);
  CHECK(registry.entries.contains({"weather", "1.0.0"}));
  CHECK_FALSE(registry.entries.contains({"weather", "9.9.9"}));
  // Of which nothing is known nothing is withdrawn.
  register_by_hand(registry, "9.9.9");
  CHECK(register_tool(kContext, registry, wanted(2, "1.0.0", "Other"), {}, 0).withdrawn.empty());
}

TEST_CASE("a name that another resource holds is a conflict") {
  FakeRegistry registry;
  WantedTool other = wanted();
  other.manager.name = "another";
  REQUIRE(register_tool(kContext, registry, other, {}, 0).registered.holds());
  const auto outcome = register_tool(kContext, registry, wanted(), {}, 0);
  CHECK(outcome.registered.reason == "NameConflict");
  CHECK_FALSE(outcome.tool);
  CHECK_FALSE(outcome.unavailable);
}

TEST_CASE("a definition that the registry refuses is not accepted, with the registry's words") {
  FakeRegistry registry;
  registry.fault = Status(Code::Invalid, "/inputSchema/properties: must be an object");
  const auto outcome = register_tool(kContext, registry, wanted(), {}, 0);
  CHECK_FALSE(outcome.accepted.holds());
  CHECK(outcome.accepted.message.find("/inputSchema/properties") != std::string::npos);
  CHECK_FALSE(outcome.unavailable);
}

TEST_CASE("a registry that cannot be asked leaves what is known, to be tried again") {
  FakeRegistry registry;
  const auto first = register_tool(kContext, registry, wanted(), {}, 0);
  registry.fault = Status(Code::Unavailable, "connection refused");
  for (const auto& known : {first.tool, std::optional<RegisteredTool>()}) {
    const auto outcome = register_tool(kContext, registry, wanted(), known, 1);
    CHECK(outcome.unavailable);
    CHECK(outcome.registered.status == runtime::ConditionStatus::Unknown);
    CHECK(outcome.tool == known);
  }
}

TEST_CASE("the body names the manager, and a version only when there is one") {
  const Json body = registration_body(wanted(), "");
  CHECK_FALSE(body.contains("version"));
  CHECK(body.at("managedBy") ==
        Json{{"kind", "MCPTool"}, {"namespace", "mcp"}, {"name", "weather"}, {"uid", "uid-1"}});
  CHECK(registration_body(wanted(), "1.0.0").at("version") == "1.0.0");
}

TEST_CASE("definitions compare by what they declare") {
  Json entry = registration_body(wanted(), "1.0.0");
  entry["digest"] = "sha256:x";
  entry["registeredAt"] = "now";
  CHECK(same_definition(entry, wanted()));
  entry["tags"] = Json::array({"more"});
  CHECK_FALSE(same_definition(entry, wanted()));
}

TEST_CASE("a definition compares the same however deep and wide it is, and with a name of its own") {
  WantedTool tool = wanted();
  Json entry = registration_body(tool, "1.0.0");
  tool.definition = std::make_shared<const Json>(
      Json{{"name", "weather"}, {"title", "Weather"}, {"inputSchema", {{"type", "object"}}}});
  CHECK(same_definition(entry, tool));
  entry["name"] = "other";
  CHECK_FALSE(same_definition(entry, tool));
  entry["name"] = "weather";
  entry.erase("title");
  CHECK_FALSE(same_definition(entry, tool));
}

kube::HttpResponse error_reply(int status, const Json& body) {
  kube::HttpResponse response;
  response.status = status;
  response.body = body.dump();
  return response;
}

TEST_CASE("errors of the registry keep their meaning and their words") {
  const Status version = registry_error(
      error_reply(409, {{"error", "/version: taken"},
                        {"errors", Json::array({{{"location", "/version"}, {"message", "taken"}}})}}));
  CHECK(version.code() == Code::AlreadyExists);
  CHECK(version.message() == "/version: taken");
  const Status manager = registry_error(
      error_reply(409, {{"error", "/managedBy: another's"},
                        {"errors", Json::array({{{"location", "/managedBy"}, {"message", "another's"}}})}}));
  CHECK(manager.code() == Code::Conflict);
  CHECK(registry_error(error_reply(422, {{"detail", "bad"}})).code() == Code::Invalid);
  CHECK(registry_error(error_reply(413, {{"error", "large"}})).code() == Code::Invalid);
  CHECK(registry_error(error_reply(404, {{"error", "no tool"}})).code() == Code::NotFound);
  CHECK(registry_error(error_reply(507, {{"error", "full"}})).code() == Code::Unavailable);
  CHECK(registry_error(error_reply(503, {{"error", "starting"}})).code() == Code::Unavailable);
}

TEST_CASE("a proxy that does not find the registry is not a registry without the tool") {
  const Status missing = registry_error(error_reply(
      404,
      {{"kind", "Status"}, {"apiVersion", "v1"}, {"message", "services \"r\" not found"}, {"code", 404}}));
  CHECK(missing.code() == Code::Unavailable);
  CHECK(missing.message().find("not found") != std::string::npos);
  CHECK(registry_error(error_reply(403, {{"kind", "Status"}, {"apiVersion", "v1"}, {"message", "no"}}))
            .code() == Code::Forbidden);
  kube::HttpResponse page;
  page.status = 404;
  page.body = "<html>";
  CHECK(registry_error(page).code() == Code::Unavailable);
}

TEST_CASE("an answer that is no tool is not taken for one") {
  CHECK_FALSE(parse_entry(Json::array()).ok());
  CHECK_FALSE(parse_entry({{"name", "x"}}).ok());
  CHECK_FALSE(parse_entry({{"name", "x"}, {"version", 1}}).ok());
}

ToolReport observed_tool() {
  ToolReport observed;
  observed.generation = 2;
  observed.accepted = ConditionValue::yes("Accepted", "ok");
  observed.registered = ConditionValue::yes("Registered", "ok");
  observed.tool = RegisteredTool{"weather", "1.0.0+build.1", "sha256:1", "2026-01-01T00:00:00Z"};
  observed.registry_url = "http://r";
  return observed;
}

TEST_CASE("an MCPTool's status says what is registered and where, and reads back the same") {
  const Json status = mcptool_status(Json::object(), observed_tool(), WallTime{});
  CHECK(runtime::Conditions::from_json(status.at("conditions")).is_true("Ready"));
  CHECK(status.at("url") == "http://r/api/v1/tools/weather/versions/1.0.0%2Bbuild.1");
  const RememberedTool memory = remembered(status);
  CHECK(memory.tool == observed_tool().tool);
  CHECK(memory.generation == 2);
  CHECK(mcptool_status(status, observed_tool(), WallTime{} + std::chrono::hours(1)) == status);
}

TEST_CASE("a generation counts as registered only when it was") {
  ToolReport observed = observed_tool();
  observed.registered = ConditionValue::unknown("RegistryUnavailable", "down");
  const RememberedTool memory = remembered(mcptool_status(Json::object(), observed, WallTime{}));
  CHECK(memory.tool.has_value());
  CHECK(memory.generation == 0);
}

TEST_CASE("a status says for certain that nothing was registered when its reason does and it is of now") {
  ToolReport observed = observed_tool();
  observed.tool.reset();
  const auto refused = [&](ConditionValue registered, std::int64_t generation) {
    observed.registered = std::move(registered);
    return was_refused(mcptool_status(Json::object(), observed, WallTime{}), generation);
  };
  CHECK(refused(ConditionValue::no("NotAccepted", ""), 2));
  CHECK(refused(ConditionValue::no("NameConflict", ""), 3));
  CHECK_FALSE(refused(ConditionValue::no("NotAccepted", ""), 4));
  CHECK_FALSE(refused(ConditionValue::no("VersionConflict", ""), 2));
  CHECK_FALSE(refused(ConditionValue::unknown("RegistryUnavailable", ""), 2));
  CHECK_FALSE(was_refused(Json::object(), 1));
  observed.tool = observed_tool().tool;
  CHECK_FALSE(refused(ConditionValue::no("NotAccepted", ""), 2));
}

TEST_CASE("a status that somebody broke is read as nothing remembered") {
  for (const Json& status :
       {Json(nullptr), Json::array(), Json{{"tools", "none"}}, Json{{"tools", Json::array({1})}},
        Json{{"tools", Json::array({{{"name", "x"}}})}}})
    CHECK_FALSE(remembered(status).tool);
}

TEST_CASE("what is not accepted is not Ready, whatever is registered") {
  ToolReport observed = observed_tool();
  observed.accepted = ConditionValue::no("InvalidDefinition", "spec.definition: ...");
  const auto conditions =
      runtime::Conditions::from_json(mcptool_status(Json::object(), observed, WallTime{}).at("conditions"));
  CHECK_FALSE(conditions.is_true("Ready"));
  CHECK(conditions.find("Ready")->reason == "InvalidDefinition");
}

}  // namespace
