// How often a registry is asked what it holds.
#include "controller/operator/registry/probe.hpp"

#include <doctest/doctest.h>

#include "controller/testing/simulated_clock.hpp"
#include "test/unit/operator/fake_registry.hpp"

namespace {

using namespace std::chrono_literals;
using namespace toolhive;

// Only counts, and says what the test has it say.
class ProbedRegistry : public test::EmptyRegistry {
 public:
  StatusOr<ServiceReport> report(const Context&) override {
    ++asked;
    if (!fault.ok()) return fault;
    return ServiceReport{3, "1.0.0"};
  }

  Status fault;
  int asked = 0;
};

struct Probing {
  ServiceProbe::Answer ask() { return probe.ask(ctx, {"mcp", "mcp-registry"}, {"mcp/mcp-registry/u"}); }

  testing::SimulatedClock clock;
  Context ctx{{}, TimePoint::max(), clock, {}};
  test::AccessTo<ProbedRegistry> access;
  ServiceProbe probe{access};
};

const Status kRegistryAway(Code::Unavailable, "no endpoints available");

TEST_CASE("an answer is kept for two seconds, and says when a new one can be had") {
  Probing p;
  CHECK(p.ask().report->tools == 3);
  CHECK(p.access.endpoint().audience == "mcp/mcp-registry/u");
  p.clock.advance(500ms);
  CHECK(p.ask().ask_again == 1500ms);
  CHECK(p.access.registry->asked == 1);
  p.clock.advance(1500ms);
  CHECK(p.ask().ask_again == 0s);
  CHECK(p.access.registry->asked == 2);
}

TEST_CASE("a registry that does not answer is asked again soon, and then less and less often") {
  Probing p;
  p.access.registry->fault = kRegistryAway;
  for (const auto wait : {2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    const auto answer = p.ask();
    CHECK_FALSE(answer.report);
    REQUIRE(answer.ask_again == wait);
    p.clock.advance(wait);
  }
  CHECK(p.access.registry->asked == 7);
}

TEST_CASE("a registry that starts is not called unreachable before the third failure in a row") {
  Probing p;
  p.access.registry->fault = kRegistryAway;
  for (const bool told : {false, false, true, true}) {
    const auto answer = p.ask();
    CHECK(answer.error.ok() != told);
    p.clock.advance(answer.ask_again);
  }
  p.access.registry->fault = {};
  p.ask();
  p.clock.advance(2s);
  p.access.registry->fault = kRegistryAway;
  CHECK(p.ask().error.ok());
}

TEST_CASE("an answer ends the patience with a registry") {
  Probing p;
  p.access.registry->fault = kRegistryAway;
  for (int i = 0; i < 4; ++i) p.clock.advance(p.ask().ask_again);
  p.access.registry->fault = {};
  CHECK(p.ask().ask_again == 0s);
  p.clock.advance(2s);
  p.access.registry->fault = kRegistryAway;
  CHECK(p.ask().ask_again == 2s);
}

}  // namespace
