// What becomes of a plan for an MCPTool, whatever the API server and the registry answer.
#include <doctest/doctest.h>

#include "controller/operator/mcptool/carry_out.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/operator/fake_registry.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using Action = ToolPlan::Action;

const RegisteredTool kKnown{"weather", "0.1.0", "", ""};
const Status kRegistryDown(Code::Unavailable, "connection refused");
const Status kRegistryBusy = Status(Code::Busy, "others are first");

struct CarryingOut {
  explicit CarryingOut(Action action) {
    plan.action = action;
    plan.report.generation = 1;
    plan.report.accepted = ConditionValue::yes("Accepted", "");
    plan.claim = NameClaim{{"mcp", "mcp-registry"}, "weather"};
    plan.wanted = WantedTool{"weather", "", 1, std::make_shared<const Json>(Json::object()), {}};
    plan.again = std::chrono::seconds(60);
  }
  // The plan is for a tool that is registered, of this generation or an earlier one.
  void knows(bool stands) {
    access.registry->entries[{"weather", "0.1.0"}] = {{"name", "weather"}, {"version", "0.1.0"}};
    plan.known = {kKnown, stands ? 1 : 0};
    plan.stands = stands;
    plan.report.tool = kKnown;
  }
  StatusOr<ToolOutcome> carry_out() { return toolhive::carry_out({}, access, plan); }

  AccessTo<FakeRegistry> access;
  ToolPlan plan;
};

}  // namespace

TEST_SUITE_BEGIN("carrying out what was decided about an MCPTool");

TEST_CASE("a definition is registered, and the Registry is to count again") {
  CarryingOut c(Action::Register);
  const auto outcome = c.carry_out();
  REQUIRE(outcome.ok());
  REQUIRE(outcome->report);
  CHECK(outcome->report->registered.holds());
  CHECK(outcome->report->tool->version == "0.1.0");
  CHECK(outcome->registry_changed);
  CHECK_FALSE(outcome->failed);
}

TEST_CASE("a registry that does not answer is told of what is not registered, and not of what stands") {
  for (const bool stands : {false, true}) {
    CAPTURE(stands);
    CarryingOut c(Action::Register);
    c.knows(stands);
    c.access.registry->fault = Status(kRegistryDown).with_retry_after(std::chrono::seconds(7));
    const auto outcome = c.carry_out();
    REQUIRE(outcome.ok());
    CHECK(outcome->failed);
    CHECK(outcome->not_before == std::chrono::seconds(7));
    REQUIRE(outcome->report.has_value() == !stands);
    if (stands) continue;
    CHECK(outcome->report->registered.reason == "RegistryUnavailable");
    CHECK(outcome->report->tool == kKnown);
  }
}

TEST_CASE("what is served in place of the declared version is withdrawn with a warning") {
  CarryingOut c(Action::Register);
  const auto first = c.carry_out();
  REQUIRE(first->report->tool);
  CHECK(first->events.empty());
  c.plan.known = {first->report->tool, 1};
  c.plan.stands = true;
  c.access.registry->entries[{"weather", "9.9.9"}] = {
      {"name", "weather"}, {"version", "9.9.9"}, {"managedBy", {{"name", ""}}}};
  SUBCASE("it is told") {
    const auto second = c.carry_out();
    REQUIRE(second->events.size() == 1);
    CHECK(second->events[0].warning);
    CHECK(second->events[0].reason == "PutBack");
    CHECK(second->events[0].note.find("9.9.9") != std::string::npos);
    CHECK_FALSE(second->failed);
  }
  SUBCASE("when it cannot be, that is told though what was told before stands otherwise") {
    c.access.registry->withdrawal_fault = Status(kRegistryDown).with_retry_after(std::chrono::seconds(7));
    const auto second = c.carry_out();
    CHECK(second->failed);
    CHECK(second->not_before == std::chrono::seconds(7));
    REQUIRE(second->report);
    CHECK(second->report->registered.reason == "Overridden");
  }
  SUBCASE("a version that was declared before goes without one") {
    c.plan.wanted->version = "0.0.1";
    c.plan.known.generation = 0;
    const auto second = c.carry_out();
    REQUIRE(second->events.size() == 1);
    CHECK_FALSE(second->events[0].warning);
    CHECK(second->events[0].note.find("9.9.9, 0.1.0") != std::string::npos);
  }
}

TEST_CASE("a tool of another name that was registered as an MCPTool's is withdrawn within ten looks") {
  CarryingOut c(Action::Register);
  c.plan.manager = {"MCPTool", "mcp", "weather", "uid-1"};
  c.plan.wanted->manager = c.plan.manager;
  const auto add = [&](const std::string& name, const std::string& uid) {
    c.access.registry->entries[{name, "1.0.0"}] = {
        {"name", name},
        {"version", "1.0.0"},
        {"managedBy", {{"kind", "MCPTool"}, {"namespace", "mcp"}, {"name", "weather"}, {"uid", uid}}}};
  };
  add("intruder", "uid-1");
  add("left-by-an-earlier-one", "uid-0");
  std::vector<OfferEvent> events;
  testing::SimulatedClock clock;
  const Context ctx{{}, TimePoint::max(), clock, {}};
  for (int look = 0; look < 10; ++look) {
    const auto outcome = toolhive::carry_out(ctx, c.access, c.plan);
    events.insert(events.end(), outcome->events.begin(), outcome->events.end());
    c.plan.known = {outcome->report->tool, 1};
    clock.advance(std::chrono::minutes(1));
  }
  CHECK(c.access.registry->lists == 1);
  REQUIRE(events.size() == 1);
  CHECK(events[0].warning);
  CHECK(events[0].note.find("intruder") != std::string::npos);
  CHECK(c.access.registry->names() == std::set<std::string>{"left-by-an-earlier-one", "weather"});
}

TEST_CASE("a registry that is busy with others is no news") {
  CarryingOut c(Action::Register);
  c.access.registry->fault = kRegistryBusy;
  const auto outcome = c.carry_out();
  REQUIRE(outcome.ok());
  CHECK(outcome->failed);
  CHECK_FALSE(outcome->report);
}

TEST_CASE("a name that is given up is taken out of the registry, or stays until it can be") {
  for (const bool down : {false, true}) {
    CAPTURE(down);
    CarryingOut c(Action::GiveUp);
    c.knows(true);
    if (down) c.access.registry->fault = kRegistryDown;
    const auto outcome = c.carry_out();
    REQUIRE(outcome.ok());
    CHECK(outcome->failed == down);
    REQUIRE(outcome->report);
    CHECK(outcome->report->tool.has_value() == down);
    CHECK(c.access.registry->entries.empty() == !down);
  }
}

TEST_CASE("what a registry does not have, or has of another, is withdrawn") {
  for (const Code code : {Code::NotFound, Code::Conflict, Code::Invalid}) {
    CarryingOut c(Action::Withdraw);
    c.access.registry->fault = Status(code, "no such tool of yours");
    const auto outcome = c.carry_out();
    REQUIRE(outcome.ok());
    CHECK_FALSE(outcome->failed);
  }
}

TEST_CASE("an MCPTool goes when its tool is withdrawn, and says why while it cannot be") {
  CarryingOut c(Action::Withdraw);
  c.knows(true);
  c.access.registry->fault = kRegistryDown;
  const auto waits = c.carry_out();
  REQUIRE(waits.ok());
  CHECK(waits->failed);
  REQUIRE(waits->report);
  CHECK(waits->report->registered.reason == "WithdrawalPending");
  CHECK(waits->report->registered.message.find("connection refused") != std::string::npos);

  c.access.registry->fault = kRegistryBusy;
  const auto busy = c.carry_out();
  CHECK(busy->failed);
  CHECK_FALSE(busy->report);

  c.access.registry->fault = {};
  const auto gone = c.carry_out();
  REQUIRE(gone.ok());
  CHECK_FALSE(gone->failed);
  CHECK(gone->registry_changed);
  CHECK_FALSE(gone->report);
  CHECK(c.access.registry->entries.empty());
}

TEST_CASE("an MCPTool is let go without a word to the registry") {
  CarryingOut c(Action::LetGo);
  c.knows(true);
  const auto gone = c.carry_out();
  CHECK_FALSE(gone->failed);
  CHECK_FALSE(gone->report);
  CHECK(c.access.registry->entries.size() == 1);
}

TEST_CASE("what is only told costs the registry no call") {
  for (const Action action : {Action::Leave, Action::Tell, Action::Wait}) {
    CarryingOut c(action);
    const auto outcome = c.carry_out();
    REQUIRE(outcome.ok());
    CHECK(outcome->report.has_value() == (action != Action::Leave));
    CHECK(outcome->failed == (action == Action::Wait));
    CHECK(c.access.registry->puts + c.access.registry->gets + c.access.registry->version_lists == 0);
  }
}

TEST_SUITE_END();
