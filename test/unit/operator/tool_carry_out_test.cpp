// What becomes of a plan for an MCPTool, whatever the API server and the registry answer.
#include <doctest/doctest.h>

#include "controller/operator/mcptool/carry_out.hpp"
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
    CHECK(c.access.registry->puts + c.access.registry->gets == 0);
  }
}

TEST_SUITE_END();
