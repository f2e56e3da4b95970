// What is decided about an MCPTool, from what there is.
#include <doctest/doctest.h>

#include <functional>

#include "controller/operator/mcptool/decide.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using Action = ToolPlan::Action;

const char* const kNew = "2026-01-01T00:00:05Z";
const char* const kOld = "2026-01-01T00:00:00Z";

// Of an MCPTool whose Registry serves and that nobody else stands in the way of.
ToolObservation observation(const kube::Object& object) {
  ToolObservation seen{.object = object,
                       .status = object.status(),
                       .tool = kube::Ref<MCPTool>::of(object),
                       .claim = claim_of(object)};
  seen.registry = RegistryTarget{};
  seen.registry->available = true;
  seen.registry->url = "http://r";
  return seen;
}

ToolObservation observation(const Json& spec = Json::object(), const Json& status = Json::object()) {
  return observation(patched(mcptool("weather", kNew, spec), {{"status", status}}));
}

ToolObservation registered(std::int64_t generation = 1) {
  return observation(Json::object(), registered_status(generation));
}

kube::Object elsewhere(const kube::Object& tool) {
  return patched(
      tool, {{"metadata", {{"namespace", "other"}}}, {"spec", {{"registryRef", {{"namespace", "mcp"}}}}}});
}

ToolObservation from_elsewhere(const Json& status) {
  return observation(elsewhere(patched(mcptool("weather", kNew), {{"status", status}})));
}

ToolObservation with(ToolObservation seen, const std::function<void(ToolObservation&)>& change) {
  change(seen);
  return seen;
}

void is_away(ToolObservation& seen) {
  seen.registry->available = false;
}
void is_absent(ToolObservation& seen) {
  seen.registry.reset();
}
void goes(ToolObservation& seen) {
  seen.registry->deleting = true;
}
void is_not_ours(ToolObservation& seen) {
  seen.registry.reset();
  seen.registry_is_ours = false;
}
void has_a_rival(ToolObservation& seen) {
  seen.peers.push_back(mcptool("older", kOld));
}

}  // namespace

TEST_SUITE_BEGIN("deciding about an MCPTool");

TEST_CASE("what keeps a definition from being registered is told, and what was registered goes or stays") {
  const struct {
    const char* what;
    ToolObservation seen;
    Action action;
    const char* reason;  // of Registered
    bool tool;           // is told as registered
  } cases[] = {
      {"nothing", observation(), Action::Register, "", false},
      {"nothing, and it is there", registered(), Action::Register, "", true},
      {"no Registry", with(registered(), is_absent), Action::Tell, "RegistryNotFound", false},
      {"a Registry that goes", with(registered(), goes), Action::Tell, "RegistryNotFound", false},
      {"another operator's", with(registered(), is_not_ours), Action::Tell, "RegistryNotFound", false},
      {"its namespace", from_elsewhere(Json::object()), Action::Tell, "NotAccepted", false},
      {"its namespace, lately", from_elsewhere(registered_status()), Action::GiveUp, "NotAccepted", true},
      {"an older one", with(observation(), has_a_rival), Action::Tell, "NameConflict", false},
      {"an older one, lately", with(registered(), has_a_rival), Action::GiveUp, "NameConflict", true},
      {"an outage", with(observation(), is_away), Action::Tell, "RegistryUnavailable", false},
      {"an outage after it", with(registered(), is_away), Action::Leave, "RegistryUnavailable", true},
      {"an outage after a change", with(registered(7), is_away), Action::Tell, "RegistryUnavailable", true},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const ToolPlan plan = decide(c.seen);
    CHECK(plan.action == c.action);
    CHECK(plan.report.registered.reason == c.reason);
    CHECK(plan.report.tool.has_value() == c.tool);
    CHECK(plan.report.generation == 1);
    CHECK(needs_withdrawal(*c.seen.tool));
    CHECK(plan.again >= std::chrono::seconds(60));
  }
}

TEST_CASE("a definition that cannot be read is told, and neither held nor registered") {
  const struct {
    Json spec;
    const char* says;
  } cases[] = {
      {{{"registryRef", {{"name", ""}}}}, "spec.registryRef"},
      {{{"definition", {{"name", ".."}, {"inputSchema", {{"type", "object"}}}}}}, "spec.definition.name"},
      {{{"definition", 7}}, "spec.definition"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.says);
    const ToolObservation seen = observation(c.spec);
    const ToolPlan plan = decide(seen);
    CHECK(plan.action == Action::Tell);
    CHECK_FALSE((seen.tool.ok() && needs_withdrawal(*seen.tool)));
    CHECK(plan.report.accepted.reason == "InvalidSpec");
    CHECK(plan.report.accepted.message.find(c.says) == 0);
    CHECK(plan.report.registered.reason == "NotAccepted");
  }
}

TEST_CASE("what is registered is the definition of this generation, as this MCPTool") {
  const ToolPlan plan = decide(with(observation({{"version", "1.2.0"}}, registered_status()), [](auto& seen) {
    seen.object = patched(seen.object, {{"metadata", {{"generation", 3}}}});
  }));
  REQUIRE(plan.wanted);
  CHECK(plan.wanted->name == "weather");
  CHECK(plan.wanted->version == "1.2.0");
  CHECK(plan.wanted->generation == 3);
  CHECK(plan.wanted->manager == ManagedBy{"MCPTool", "mcp", "weather", "uid-of-weather"});
  CHECK(plan.known.tool->version == "0.1.0");
  CHECK_FALSE(plan.stands);
  CHECK(decide(registered()).stands);
  CHECK(plan.report.registry_url == "http://r");
}

TEST_CASE("what is to be retained need not be withdrawn") {
  CHECK(needs_withdrawal(*observation({{"deletionPolicy", "Withdraw"}}).tool));
  CHECK_FALSE(needs_withdrawal(*observation({{"deletionPolicy", "Retain"}}).tool));
}

TEST_CASE("an older claimant that may not register there holds no name there") {
  const auto with_stranger = [](ToolObservation& seen) {
    seen.peers.push_back(elsewhere(mcptool("older", kOld)));
  };
  CHECK(decide(with(observation(), with_stranger)).action == Action::Register);
  CHECK(decide(with(observation(), [&](ToolObservation& seen) {
          with_stranger(seen);
          seen.registry->allowed_namespaces.from = RegistrySpec::AllowedNamespaces::From::All;
        })).report.registered.reason == "NameConflict");
}

TEST_CASE("a namespace that the Registry selects by its labels is judged by those it has") {
  const auto plan_for = [](const char* label) {
    return decide(with(from_elsewhere(Json::object()), [&](ToolObservation& seen) {
      seen.registry->allowed_namespaces =
          inputs({{"allowedNamespaces",
                   {{"from", "Selector"}, {"selector", {{"matchLabels", {{"mcp", "yes"}}}}}}}})
              .spec.allowed_namespaces;
      if (!label) return;
      seen.namespaces.emplace(
          "other", *kube::Object::from({{"apiVersion", "v1"},
                                        {"kind", "Namespace"},
                                        {"metadata", {{"name", "other"}, {"labels", {{"mcp", label}}}}}}));
    }));
  };
  CHECK(plan_for("yes").action == Action::Register);
  CHECK(plan_for("no").report.accepted.reason == "NamespaceNotAllowed");
  CHECK(plan_for(nullptr).report.accepted.reason == "NamespaceNotAllowed");
}

TEST_CASE("an MCPTool that is deleted goes once nothing of it can be left in a registry") {
  const auto going = [](const Json& spec = Json::object(), const Json& status = Json::object()) {
    return observation(deleted(patched(mcptool("weather", kNew, spec), {{"status", status}})));
  };
  const Json refused = {{"conditions", Json::array({told_condition("Registered", "False", "NotAccepted")})}};
  const struct {
    const char* what;
    ToolObservation seen;
    Action action;
    const char* why;
  } cases[] = {
      {"is to be retained", going({{"deletionPolicy", "Retain"}}), Action::LetGo, "deletionPolicy is Retain"},
      {"names none", going({{"registryRef", 7}}), Action::LetGo, "it names no registry"},
      {"has no path", going({{"definition", {{"name", ".."}}}}), Action::LetGo,
       "no registry can have a tool of its name"},
      {"has no Registry", with(going(), is_absent), Action::LetGo,
       "Registry mcp/mcp-registry does not exist"},
      {"has one that goes", with(going(), goes), Action::LetGo, "Registry mcp/mcp-registry does not exist"},
      {"has another operator's", with(going(), is_not_ours), Action::LetGo,
       "this operator does not look after namespace mcp of the Registry"},
      {"never was there", with(going(Json::object(), refused), is_away), Action::LetGo,
       "it was never registered"},
      {"may be there", with(going(), is_away), Action::Wait, ""},
      {"is there", going(Json::object(), registered_status()), Action::Withdraw,
       "the tool weather is withdrawn from Registry mcp/mcp-registry"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    const ToolPlan plan = decide(c.seen);
    CHECK(plan.action == c.action);
    CHECK(plan.why == c.why);
    CHECK(plan.again == Duration::zero());
  }
  CHECK(decide(with(going(), is_away)).report.registered.reason == "WithdrawalPending");
}

TEST_SUITE_END();
