// A Registry "mcp/mcp-registry" on an API server in memory, with what its operands are written by.
#pragma once

#include <doctest/doctest.h>

#include <optional>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/types.hpp"
#include "controller/runtime/cache/cache.hpp"
#include "controller/runtime/write/applier.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/operator/make.hpp"

namespace toolhive::test {

struct Writing {
  Writing() {
    for (const Operand& operand : operands()) REQUIRE(cache.declare(operand.type()).ok());
    cache.start();
    REQUIRE(api.wait_for([&] { return cache.synced(); }));
    owner = api.put(registry_type(), {{"metadata", {{"namespace", "mcp"}, {"name", "mcp-registry"}}}});
  }
  Context context() { return {{}, TimePoint::max(), clock, {}}; }

  testing::FakeApi api;
  testing::SimulatedClock clock;
  runtime::Cache cache{api, clock, {}};
  runtime::Applier applier{api, cache, kFieldManager, kOwnerLabel};
  std::optional<kube::Object> owner;
};

}  // namespace toolhive::test
