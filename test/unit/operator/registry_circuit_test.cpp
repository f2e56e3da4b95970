// How much of the operator one registry may take up.
#include "controller/operator/registry_circuit.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "controller/testing/simulated_clock.hpp"

using namespace toolhive;

namespace {

using namespace std::chrono_literals;
using kube::Key;
using toolhive::RegistryCircuit;

const Key kEvil{"a", "evil"};
const Key kGood{"b", "good"};
const Status kAway(Code::Timeout, "no answer in time");

struct Circuit {
  StatusOr<RegistryCircuit::Permit> enter(const Key& registry) { return circuit.enter(ctx, registry); }
  // A call that takes `took` and ends with `outcome`.
  Status call(const Key& registry, Duration took, const Status& outcome) {
    auto permit = enter(registry);
    if (!permit.ok()) return permit.status();
    clock.advance(took);
    permit->ended(outcome);
    return {};
  }

  testing::SimulatedClock clock;
  Context ctx{{}, TimePoint::max(), clock, {}};
  RegistryCircuit circuit;
};

TEST_CASE("after two calls without an answer nobody asks for a while, and then one does") {
  Circuit c;
  CHECK(c.call(kEvil, 10s, kAway).ok());
  CHECK(c.call(kEvil, 10s, kAway).ok());
  for (const auto rest : {2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    const Status refused = c.enter(kEvil).status();
    CHECK(refused.code() == Code::Unavailable);
    CHECK(refused.retry_after() == std::chrono::milliseconds(rest));
    CHECK(refused.message().find("no answer in time") != std::string::npos);
    c.clock.advance(rest - 1ms);
    CHECK_FALSE(c.enter(kEvil).ok());
    c.clock.advance(1ms);
    CHECK(c.call(kEvil, 10s, kAway).ok());
  }
  c.clock.advance(60s);
  CHECK(c.call(kEvil, 1ms, {}).ok());
  CHECK(c.call(kEvil, 10s, kAway).ok());
  CHECK(c.call(kEvil, 1ms, {}).ok());
}

TEST_CASE("a registry that does not answer takes one call, and others are asked meanwhile") {
  Circuit c;
  const auto hanging = c.enter(kEvil);
  REQUIRE(hanging.ok());
  c.clock.advance(RegistryCircuit::kPatience);
  CHECK(c.enter(kEvil).status().code() == Code::Busy);
  CHECK(c.call(kGood, 1ms, {}).ok());
  // Trusted now: two at a time.
  const auto first = c.enter(kGood);
  const auto second = c.enter(kGood);
  CHECK(first.ok());
  CHECK(second.ok());
}

TEST_CASE("all registries that are not trusted take two calls together, and leave the trusted ones theirs") {
  Circuit c;
  REQUIRE(c.call(kGood, 1ms, {}).ok());
  auto one = c.enter({"a", "1"});
  const auto two = c.enter({"a", "2"});
  REQUIRE(one.ok());
  REQUIRE(two.ok());
  CHECK(c.enter({"a", "3"}).status().code() == Code::Busy);
  CHECK(c.enter(kGood).ok());
  { const auto ended = *std::move(one); }
  CHECK(c.enter({"a", "3"}).ok());
}

TEST_CASE("an answer that took long is one, and earns no trust") {
  Circuit c;
  for (int i = 0; i < 5; ++i) CHECK(c.call(kEvil, 3s, {}).ok());
  const auto slow = c.enter(kEvil);
  REQUIRE(slow.ok());
  c.clock.advance(RegistryCircuit::kPatience);
  CHECK(c.enter(kEvil).status().code() == Code::Busy);
}

TEST_CASE("a registry that was seen to answer is asked again at once, and one that is gone is forgotten") {
  Circuit c;
  for (int i = 0; i < 2; ++i) REQUIRE(c.call(kEvil, 10s, kAway).ok());
  REQUIRE_FALSE(c.enter(kEvil).ok());
  SUBCASE("closed") {
    c.circuit.close(kEvil);
  }
  SUBCASE("forgotten") {
    c.circuit.forget(kEvil);
  }
  CHECK(c.enter(kEvil).ok());
}

TEST_CASE("a call under way when its registry is forgotten still ends") {
  Circuit c;
  {
    const auto permit = c.enter(kEvil);
    c.circuit.forget(kEvil);
  }
  CHECK(c.enter({"a", "1"}).ok());
  const auto one = c.enter({"a", "1"});
  const auto two = c.enter({"a", "2"});
  CHECK(two.ok());
}

}  // namespace
