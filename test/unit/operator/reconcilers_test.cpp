// The reconcilers as a whole: what their steps make of each other, pass after pass.
#include <doctest/doctest.h>

#include <future>

#include "controller/operator/mcptool/reconciler.hpp"
#include "controller/operator/registry/reconciler.hpp"
#include "controller/operator/types.hpp"
#include "test/unit/operator/fake_registry.hpp"
#include "test/unit/operator/make.hpp"
#include "test/unit/runtime/fake_api.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Key;

const Key kRegistryKey{"mcp", "mcp-registry"};
const Key kToolKey{"mcp", "weather"};

// Both reconcilers at work. Each Registry is answered for by the same registry in memory.
struct Reconciling {
  Reconciling() {
    registries.attach();
    tools.attach();
    done = std::async(std::launch::async, [this] { return manager.run(stop.get_token()); });
  }
  ~Reconciling() {
    stop.request_stop();
    CHECK(done.get().ok());
  }

  void put_registry(const Json& spec, const Json& annotations = Json::object()) {
    api->put(
        registry_type(),
        mcp_registry({{"metadata", {{"uid", nullptr}, {"generation", nullptr}, {"annotations", annotations}}},
                      {"spec", spec}})
            .json());
  }
  void put_tool(const kube::Object& tool) {
    api->put(mcptool_type(), patched(tool, {{"metadata", {{"uid", nullptr}}}}).json());
  }
  runtime::Conditions conditions(const kube::ResourceType& type, const Key& key) const {
    const auto object = api->find(type, key);
    const Json status = object ? object->json().value("status", Json::object()) : Json::object();
    return runtime::Conditions::from_json(status.value("conditions", Json::array()));
  }
  // Whether the condition comes to have this reason, for this generation or a later one.
  bool says(const kube::ResourceType& type, const Key& key, const char* condition, const char* reason,
            std::int64_t generation = 1) const {
    return api->wait_for([&] {
      const auto all = conditions(type, key);
      const runtime::Condition* found = all.find(condition);
      return found && found->reason == reason && found->observed_generation >= generation;
    });
  }
  bool comes(const kube::ResourceType& type, const std::string& name) const {
    return api->wait_for([&] { return api->find(type, {"mcp", name}).has_value(); });
  }
  std::string image() const {
    const auto deployment = api->find(deployment_type(), kRegistryKey);
    return deployment ? at(deployment->json(), "/spec/template/spec/containers/0/image").get<std::string>()
                      : "";
  }

  std::stop_source stop;
  std::shared_ptr<runtime_test::FakeApi> api = std::make_shared<runtime_test::FakeApi>();
  runtime::Manager manager{
      std::static_pointer_cast<kube::Client>(api), std::static_pointer_cast<kube::Client>(api), {}};
  AccessTo<FakeRegistry> access;
  RegistryReconciler registries{
      manager,
      access,
      {.registry_image = "example.com/mcp-registry:1", .operator_namespace = {}, .namespaces = {}}};
  MCPToolReconciler tools{manager, access, {}};
  std::future<Status> done;
};

const Json kRefusedSpec = {{"image", "example.com/mcp-registry:2"}, {"replicas", 3}};
const Json kPaused = {{kPausedAnnotation, "true"}};

}  // namespace

TEST_SUITE_BEGIN("reconcilers");

TEST_CASE("while a newer spec is refused, what the last accepted one declares is kept up") {
  Reconciling r;
  r.put_registry(Json::object());
  REQUIRE(r.says(registry_type(), kRegistryKey, "Accepted", "Accepted"));
  REQUIRE(r.comes(service_type(), "mcp-registry"));
  r.put_registry(kRefusedSpec);
  REQUIRE(r.says(registry_type(), kRegistryKey, "Accepted", "InvalidSpec", 2));
  for (const kube::ResourceType& type : {service_type(), network_policy_type(), deployment_type()}) {
    CAPTURE(type.kind);
    r.api->remove(type, kRegistryKey);
    CHECK(r.comes(type, "mcp-registry"));
  }
  CHECK(r.image() == "example.com/mcp-registry:1");
}

TEST_CASE("of a spec that was refused from the first nothing is made") {
  Reconciling r;
  r.put_registry(kRefusedSpec);
  REQUIRE(r.says(registry_type(), kRegistryKey, "Ready", "InvalidSpec"));
  CHECK(r.api->size(service_type()) + r.api->size(config_map_type()) + r.api->size(deployment_type()) == 0);
}

TEST_CASE("a spec that was refused becomes what is kept up once it is put right") {
  Reconciling r;
  r.put_registry(Json::object());
  REQUIRE(r.says(registry_type(), kRegistryKey, "Accepted", "Accepted"));
  r.put_registry(kRefusedSpec);
  REQUIRE(r.says(registry_type(), kRegistryKey, "Accepted", "InvalidSpec", 2));
  r.put_registry({{"image", "example.com/mcp-registry:2"}});
  REQUIRE(r.says(registry_type(), kRegistryKey, "Accepted", "Accepted", 3));
  r.put_registry({{"image", "example.com/mcp-registry:3"}, {"replicas", 3}});
  REQUIRE(r.says(registry_type(), kRegistryKey, "Accepted", "InvalidSpec", 4));
  r.api->remove(deployment_type(), kRegistryKey);
  REQUIRE(r.comes(deployment_type(), "mcp-registry"));
  CHECK(r.image() == "example.com/mcp-registry:2");
}

TEST_CASE("what is known is told before a pass is tried again") {
  Reconciling r;
  r.api->fail_with([](const kube::ApiCall& call) {
    return call.mutating() && call.type == service_type()
               ? Status(Code::Unavailable, "etcd has no leader").with_http_status(503)
               : Status();
  });
  r.put_registry(Json::object());
  REQUIRE(r.says(registry_type(), kRegistryKey, "Available", "Starting"));
  CHECK(r.api->size(deployment_type()) == 0);
  r.api->fail_with({});
  CHECK(r.comes(deployment_type(), "mcp-registry"));
}

TEST_CASE("a paused Registry says so, and nothing is made of it before the pause ends") {
  Reconciling r;
  r.put_registry(Json::object(), kPaused);
  REQUIRE(r.says(registry_type(), kRegistryKey, "ReconciliationPaused", "Annotated"));
  CHECK(r.api->size(service_type()) == 0);
  r.put_registry(Json::object());
  CHECK(r.comes(deployment_type(), "mcp-registry"));
}

TEST_CASE("of a Registry that is being deleted nothing is made") {
  Reconciling r;
  r.api->put(registry_type(), mcp_registry({{"metadata",
                                             {{"uid", nullptr},
                                              {"deletionTimestamp", "2026-01-02T00:00:00Z"},
                                              {"finalizers", Json::array({"foregroundDeletion"})}}}})
                                  .json());
  REQUIRE(r.api->wait_for([&] { return r.manager.cache().get({}, registry_type(), kRegistryKey).ok(); }));
  CHECK(r.registries.reconcile({}, kRegistryKey).ok());
  CHECK(r.api->writes().empty());
}

TEST_CASE("a spec that cannot be read is told, and what runs is left alone") {
  Reconciling r;
  r.put_registry(Json::object());
  REQUIRE(r.comes(deployment_type(), "mcp-registry"));
  r.put_registry({{"replicas", "three"}});
  CHECK(r.says(registry_type(), kRegistryKey, "Accepted", "InvalidSpec", 2));
  CHECK(r.image() == "example.com/mcp-registry:1");
}

TEST_CASE("a pause holds up no deletion of an MCPTool") {
  Reconciling r;
  const kube::Object tool =
      mcptool("weather", "2026-01-01T00:00:00Z", {{"registryRef", {{"name", "absent"}}}});
  const kube::Object paused = patched(tool, {{"metadata", {{"annotations", kPaused}}}});
  r.put_tool(paused);
  REQUIRE(r.says(mcptool_type(), kToolKey, "ReconciliationPaused", "Annotated"));
  CHECK(r.access.registry->puts == 0);
  r.put_tool(deleted(paused));
  CHECK(r.api->wait_for([&] { return !r.api->find(mcptool_type(), kToolKey); }));
}

TEST_SUITE_END();
