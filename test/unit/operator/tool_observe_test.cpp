// What a pass over an MCPTool reads.
#include <doctest/doctest.h>

#include "controller/operator/mcptool/index.hpp"
#include "controller/operator/mcptool/observe.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

// MCPTools as the cache has them, and their Registry "mcp/mcp-registry".
struct Observing {
  Observing() {
    REQUIRE(cache.declare(registry_type()).ok());
    REQUIRE(cache.declare(mcptool_type()).ok());
    REQUIRE(cache.add_index(mcptool_type(), kRegistryIndex, index_by_registry).ok());
    REQUIRE(cache.add_index(mcptool_type(), kClaimIndex, index_by_claim).ok());
    cache.start();
    REQUIRE(api.wait_for([&] { return cache.synced(); }));
  }
  void put_registry(const Json& spec = Json::object()) {
    api.put(registry_type(),
            {{"metadata", {{"namespace", "mcp"}, {"name", "mcp-registry"}}}, {"spec", spec}});
    REQUIRE(api.wait_for([&] { return cache.list(registry_type())->size() == 1; }));
  }
  kube::Object put_tool(const std::string& ns, const std::string& name) {
    Json tool = mcptool(name, "2026-01-01T00:00:00Z",
                        {{"registryRef", {{"name", "mcp-registry"}, {"namespace", "mcp"}}},
                         {"definition", {{"name", "weather"}, {"inputSchema", {{"type", "object"}}}}}})
                    .json();
    tool["metadata"]["namespace"] = ns;
    const kube::Object made = api.put(mcptool_type(), tool);
    REQUIRE(api.wait_for([&] { return cache.get({}, mcptool_type(), made.key()).ok(); }));
    api.clear_calls();
    return made;
  }
  StatusOr<ToolObservation> observe(const kube::Object& tool, const std::vector<std::string>& ours = {}) {
    const Context ctx{{}, TimePoint::max(), clock, {}};
    return observe_tool(ctx, api, cache, ours, tool);
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
  runtime::Cache cache{api, clock, {}};
};

const Json kSelector = {
    {"allowedNamespaces", {{"from", "Selector"}, {"selector", {{"matchLabels", {{"mcp", "yes"}}}}}}}};

}  // namespace

TEST_SUITE_BEGIN("observing an MCPTool");

TEST_CASE("its Registry and who else wants its name are read from the cache, and nothing is written") {
  Observing o;
  o.put_registry();
  o.put_tool("other", "rival");
  const auto seen = o.observe(o.put_tool("mcp", "weather"));
  REQUIRE(seen.ok());
  CHECK(seen->registry);
  CHECK(seen->claim->name == "weather");
  CHECK(seen->tool.ok());
  REQUIRE(seen->peers.size() == 1);
  CHECK(seen->peers[0].key() == kube::Key{"other", "rival"});
  CHECK(seen->namespaces.empty());
  CHECK(o.api.count("GET ") == 0);
  CHECK(o.api.writes().empty());
}

TEST_CASE("the namespaces of all that want the name are read once each where their labels matter") {
  Observing o;
  o.put_registry(kSelector);
  o.api.put(namespace_type(), {{"metadata", {{"name", "other"}, {"labels", {{"mcp", "yes"}}}}}});
  o.put_tool("other", "first");
  o.put_tool("other", "second");
  o.put_tool("mcp", "at-home");
  const auto seen = o.observe(o.put_tool("gone", "weather"));
  REQUIRE(seen.ok());
  CHECK(seen->peers.size() == 3);
  REQUIRE(seen->namespaces.size() == 1);
  CHECK(seen->namespaces.at("other").meta().labels.get("mcp") == "yes");
  CHECK(o.api.count("GET namespaces other") == 1);
  CHECK(o.api.count("GET namespaces gone") == 1);
  CHECK(o.api.count("GET namespaces mcp") == 0);
}

TEST_CASE("a namespace that cannot be read is an error, and not one that is not there") {
  Observing o;
  o.put_registry(kSelector);
  const kube::Object tool = o.put_tool("other", "weather");
  o.api.fail_with([](const kube::ApiCall& call) {
    return call.type == namespace_type() ? Status(Code::Unavailable, "etcd has no leader") : Status();
  });
  CHECK(o.observe(tool).status().code() == Code::Unavailable);
}

TEST_CASE("of an MCPTool that goes only what it must be withdrawn from is read") {
  Observing o;
  o.put_registry(kSelector);
  o.put_tool("other", "rival");
  const auto seen = o.observe(deleted(o.put_tool("other", "weather")));
  REQUIRE(seen.ok());
  CHECK(seen->registry);
  CHECK(seen->peers.empty());
  CHECK(o.api.count("GET ") == 0);
}

TEST_CASE("a Registry that is not there, and one in a namespace of another operator, are told apart") {
  Observing o;
  const kube::Object tool = o.put_tool("mcp", "weather");
  CHECK_FALSE(o.observe(tool)->registry);
  CHECK(o.observe(tool)->registry_is_ours);
  o.put_registry();
  CHECK_FALSE(o.observe(tool, {"theirs"})->registry_is_ours);
  CHECK_FALSE(o.observe(tool, {"theirs"})->registry);
  CHECK(o.observe(tool, {"theirs", "mcp"})->registry);
}

TEST_CASE("a definition that cannot be read is part of what there is") {
  Observing o;
  const auto seen = o.observe(mcptool("weather", "2026-01-01T00:00:00Z", {{"registryRef", 7}}));
  REQUIRE(seen.ok());
  CHECK_FALSE(seen->tool.ok());
  CHECK_FALSE(seen->claim);
}

TEST_SUITE_END();
