// The reconcilers as a whole: what their steps make of each other, pass after pass.
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <mutex>

#include "controller/operator/mcptool/reconciler.hpp"
#include "controller/operator/registry/reconciler.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/operator/fake_registry.hpp"
#include "test/unit/operator/fake_servers.hpp"
#include "test/unit/operator/live_offer.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Key;

const Key kRegistryKey{"mcp", "mcp-registry"};
const Key kToolKey{"mcp", "weather"};

// Both reconcilers at work. Each Registry is answered for by the same registry in memory.
struct Reconciling {
  explicit Reconciling(Clock& clock = system_clock())
      : manager(std::static_pointer_cast<kube::Client>(api), std::static_pointer_cast<kube::Client>(api),
                options(clock)) {
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
    const Json status = object ? *object->status() : Json::object();
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
  // Whether at least so many passes of the controller come to this end.
  bool passes(const char* controller, const char* result, int count) {
    return api->wait_for([&] { return this->count(controller, result) >= count; });
  }
  int count(const char* controller, const char* result) {
    const std::string line = std::string("controller_runtime_reconcile_total{controller=\"") + controller +
                             "\",result=\"" + result + "\"} ";
    const std::string text = manager.metrics().text();
    const auto at = text.find(line);
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + line.size()));
  }
  bool is_held() const {
    const auto tool = api->find(mcptool_type(), kToolKey);
    return tool && tool->meta().has_finalizer(kWithdrawFinalizer);
  }
  std::string image() const {
    const auto deployment = api->find(deployment_type(), kRegistryKey);
    return deployment ? at(deployment->json(), "/spec/template/spec/containers/0/image").get<std::string>()
                      : "";
  }

  static runtime::ManagerOptions options(Clock& clock) {
    runtime::ManagerOptions options;
    options.clock = &clock;
    options.name = kOperatorName;
    options.owner_label = kOwnerLabel;
    return options;
  }

  std::stop_source stop;
  std::shared_ptr<testing::FakeApi> api = std::make_shared<testing::FakeApi>();
  runtime::Manager manager;
  AccessTo<FakeRegistry> access;
  OperatorIdentity identity{manager.client(), "toolhive-system"};
  RegistryReconciler registries{
      manager,
      access,
      identity,
      {.registry_image = "example.com/mcp-registry:1", .operator_namespace = {}, .namespaces = {}}};
  FakeServers servers;
  MCPToolReconciler tools{manager, access, servers, {}, registries.attach()};
  std::future<Status> done;
};

// Cannot be reached while it is told to be down.
class DownRegistry final : public FakeRegistry {
 public:
  StatusOr<RegistryEntry> put(const Context& ctx, const Json& definition) override {
    if (down) return Status(Code::Unavailable, "connection refused");
    return FakeRegistry::put(ctx, definition);
  }
  Status withdraw(const Context& ctx, const std::string& name, const ManagedBy& manager) override {
    if (down) return Status(Code::Unavailable, "connection refused");
    return FakeRegistry::withdraw(ctx, name, manager);
  }
  Status put_server(const Context& ctx, const Json& server) override {
    if (unlisted-- > 0) return Status(Code::Timeout, "no answer");
    const Status written = FakeRegistry::put_server(ctx, server);
    ++listed;
    return written;
  }
  StatusOr<std::vector<RegistryEntry>> list_managed(const Context& ctx, const ManagedBy& manager) override {
    if (loses.exchange(false)) entries.clear();
    return FakeRegistry::list_managed(ctx, manager);
  }
  std::atomic<bool> down = false;
  std::atomic<bool> loses = false;  // all that it has, when it is asked next
  std::atomic<int> unlisted = 0;    // listings that are lost
  std::atomic<int> listed = 0;
};

const Json kPaused = {{kPausedAnnotation, "true"}};
const kube::Object kWeather = mcptool("weather", "2026-01-01T00:00:00Z");

// With a Registry that serves and that the operator leaves as it is.
struct Serving : Reconciling {
  explicit Serving(Clock& clock = system_clock()) : Reconciling(clock) {
    access.registry = registry;
    Json serves = mcp_registry({{"metadata", {{"uid", nullptr}, {"annotations", kPaused}}}}).json();
    serves["status"] = {{"conditions", Json::array({told_condition("Available", "True")})}};
    api->put(registry_type(), serves);
  }
  std::shared_ptr<DownRegistry> registry = std::make_shared<DownRegistry>();
};

// The same MCPTool with a server in place of the definition.
const kube::Object kServed =
    patched(kWeather, {{"spec",
                        {{"definition", nullptr},
                         {"server", {{"remote", {{"url", "https://weather.example/mcp"}}}}},
                         {"contract", {{"mode", "Enforce"}}}}}});

Sighting seen(const std::string& version, const std::vector<Json>& tools) {
  Sighting sighting;
  sighting.looked = true;
  sighting.offer = live_offer(version, tools);
  sighting.digest = Json(tools).dump();
  return sighting;
}

const Json kRefusedSpec = {{"image", "example.com/mcp-registry:2"}, {"replicas", 3}};

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

TEST_CASE("what a move came to is told before the pod goes that knows it") {
  Reconciling r;
  r.put_registry(Json::object());
  REQUIRE(r.comes(deployment_type(), "mcp-registry"));
  r.put_registry(
      {{"storage", {{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", {{"name", "db-app"}}}}}}}});
  const auto moves = [](const Json& deployment) {
    return has(deployment, "/spec/template/spec/initContainers/0");
  };
  REQUIRE(r.api->wait_for([&] {
    const auto deployment = r.api->find(deployment_type(), kRegistryKey);
    return deployment && moves(deployment->json());
  }));
  // What is told when the Deployment is changed for the next time.
  std::mutex mutex;
  std::string told;
  r.api->fail_with([&](const kube::ApiCall& call) {
    if (!call.mutating() || call.type != deployment_type()) return Status();
    const std::lock_guard lock(mutex);
    const auto all = r.conditions(registry_type(), kRegistryKey);
    if (told.empty() && all.find("Moved")) told = all.find("Moved")->message;
    return Status();
  });
  const Json container = {
      {"name", "move"},
      {"state",
       {{"terminated",
         {{"exitCode", 0},
          {"message", R"({"tools":3,"servers":1,"bytes":4096,"sha256":"ab12","moved":true})"}}}}}};
  Json metadata = registry_pod_metadata("a");
  metadata["labels"].update(operand_labels("mcp-registry"));
  r.api->put(pod_type(),
             {{"metadata", metadata}, {"status", {{"initContainerStatuses", Json::array({container})}}}});
  REQUIRE(r.says(registry_type(), kRegistryKey, "Moved", "Moved"));
  REQUIRE(r.api->wait_for([&] {
    const std::lock_guard lock(mutex);
    return !told.empty();
  }));
  const std::lock_guard lock(mutex);
  CHECK_MESSAGE(told.find("3 tools and 1 servers") != std::string::npos, told);
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
  CHECK(r.passes("registry", "success", 1));
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
  CHECK(r.servers.rests(kToolKey));
  r.put_tool(deleted(paused));
  CHECK(r.api->wait_for([&] { return !r.api->find(mcptool_type(), kToolKey); }));
}

TEST_CASE("an MCPTool is held before anything of it is in a registry") {
  Serving r;
  r.api->fail_with([](const kube::ApiCall& call) {
    return call.verb == kube::ApiCall::Verb::Patch ? Status(Code::Unavailable, "etcd has no leader")
                                                   : Status();
  });
  r.put_tool(kWeather);
  REQUIRE(r.api->wait_for([&] { return r.api->count("PATCH mcptools.mcpregistry.dev") > 0; }));
  CHECK_FALSE(r.is_held());
  CHECK(r.registry->puts == 0);
  r.api->fail_with({});
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));
  CHECK(r.is_held());
}

TEST_CASE("an MCPTool is held for as long as its policy asks for it") {
  Serving r;
  r.put_tool(kWeather);
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));
  CHECK(r.is_held());
  const kube::Object held = *r.api->find(mcptool_type(), kToolKey);
  r.api->put(mcptool_type(), patched(held, {{"spec", {{"deletionPolicy", "Retain"}}}}).json());
  CHECK(r.api->wait_for([&] { return !r.is_held(); }));
  CHECK(r.says(mcptool_type(), kToolKey, "Registered", "Registered", 2));
}

TEST_CASE("a registry that cannot be reached is asked again, and that is no error of the operator") {
  Serving r;
  r.registry->down = true;
  r.put_tool(kWeather);
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "RegistryUnavailable"));
  r.registry->down = false;
  CHECK(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));
  CHECK(r.manager.metrics().text().find(
            "controller_runtime_reconcile_errors_total{controller=\"mcptool\"} 0") != std::string::npos);
}

TEST_CASE("attempts are further and further apart, at most a minute, until one succeeds") {
  testing::SimulatedClock clock;
  Serving r(clock);
  // A pass more than those that failed is there where one came before the Registry was seen to
  // serve.
  auto fails = [&, seen = 0](Duration wait) mutable {
    CAPTURE(wait.count());
    CHECK(r.api->wait_for([&] { return r.count("mcptool", "requeue_after") > seen; }));
    seen = r.count("mcptool", "requeue_after");
    CHECK(r.api->wait_for([&] { return clock.next_deadline() - clock.now() == wait; }));
    clock.advance(wait);
  };
  r.registry->down = true;
  r.put_tool(patched(kWeather, {{"metadata", {{"finalizers", Json::array({kWithdrawFinalizer})}}}}));
  for (const int seconds : {1, 2, 4, 8, 16, 32, 60, 60}) fails(std::chrono::seconds(seconds));
}

TEST_CASE("an MCPTool that is deleted goes when its tool is withdrawn, and says why while it cannot be") {
  Serving r;
  r.put_tool(kWeather);
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));
  r.registry->down = true;
  r.api->remove(mcptool_type(), kToolKey);
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "WithdrawalPending"));
  CHECK(r.is_held());
  r.registry->down = false;
  CHECK(r.api->wait_for([&] { return !r.api->find(mcptool_type(), kToolKey); }));
}

TEST_CASE("nothing is done about an MCPTool that is deleted and that others hold") {
  Serving r;
  r.put_tool(
      patched(deleted(kWeather), {{"metadata", {{"finalizers", Json::array({"example.com/other"})}}}}));
  CHECK(r.passes("mcptool", "success", 1));
  CHECK(r.api->count("APPLY mcptools.mcpregistry.dev") + r.api->count("PATCH mcptools.mcpregistry.dev") == 0);
}

TEST_CASE("news of a server get into the status, and a look without news writes nothing") {
  testing::SimulatedClock clock;
  Serving r(clock);
  r.put_tool(kServed);
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "Pending"));
  CHECK(r.says(mcptool_type(), kToolKey, "ServerAvailable", "Pending"));
  r.servers.see(kToolKey, seen("1.0.0", {live_tool("get")}));
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));
  Sighting down = seen("1.0.0", {live_tool("get")});
  down.looked = true;
  down.failure = Status(Code::Unavailable, "connecting: refused").with_reason("Unreachable");
  r.servers.see(kToolKey, down);
  REQUIRE(r.says(mcptool_type(), kToolKey, "ServerAvailable", "Unreachable"));
  CHECK(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));

  r.api->clear_calls();
  const int looks = r.servers.looks();
  down.failure = Status(Code::Unavailable, "connecting: no route").with_reason("Unreachable");
  r.servers.see(kToolKey, down);
  CHECK(r.api->wait_for([&] { return r.servers.looks() > looks; }));
  const bool again = r.api->wait_for([&] {
    clock.advance(std::chrono::seconds(10));
    return r.servers.looks() >= looks + 2;
  });
  CHECK(again);
  for (const std::string& call : r.api->writes()) CHECK(call.find("mcptools") == std::string::npos);
}

TEST_CASE("a server's tools are registered, held to their contract, and withdrawn with the MCPTool") {
  Serving r;
  r.put_tool(kServed);
  r.servers.see(kToolKey, seen("1.0.0", {live_tool("get"), live_tool("set")}));
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));
  CHECK(r.registry->latest("weather.get")->at("version") == "1.0.0");
  CHECK(r.says(mcptool_type(), kToolKey, "ContractVerified", "Verified"));
  CHECK(r.is_held());

  r.servers.see(kToolKey, seen("2.0.0", {live_tool("get", "place"), live_tool("set")}));
  REQUIRE(r.says(mcptool_type(), kToolKey, "ContractVerified", "ContractBroken"));
  CHECK(r.registry->latest("weather.get")->at("version") == "1.0.0");
  CHECK(r.api->wait_for(
      [&] { return r.manager.metrics().text().find("mcptool_held_tools 1") != std::string::npos; }));
  CHECK(r.api->wait_for([&] { return r.api->count("CREATE events.events.k8s.io") >= 3; }));

  const kube::Object told = *r.api->find(mcptool_type(), kToolKey);
  const std::string offered = told.json().at("status").at("offeredDigest");
  r.api->put(mcptool_type(),
             patched(told, {{"metadata", {{"annotations", {{kApproveAnnotation, offered}}}}}}).json());
  REQUIRE(r.says(mcptool_type(), kToolKey, "ContractVerified", "Verified"));
  CHECK(r.registry->latest("weather.get")->at("version") == "2.0.0");

  r.api->remove(mcptool_type(), kToolKey);
  REQUIRE(r.api->wait_for([&] { return !r.api->find(mcptool_type(), kToolKey); }));
  CHECK(r.registry->entries.empty());
}

TEST_CASE("a server whose listing was lost is listed soon, and not at its next look") {
  Serving r;
  r.registry->unlisted = 3;
  r.put_tool(kServed);
  r.servers.see(kToolKey, seen("1.0.0", {live_tool("get")}));
  CHECK(r.api->wait_for([&] { return r.registry->listed.load() == 1; }));
}

TEST_CASE("an offer that was dropped is asked for again when it is needed, and not when it is not") {
  testing::SimulatedClock clock;
  Serving r(clock);
  r.put_tool(kServed);
  Sighting sighting = seen("1.0.0", {live_tool("get")});
  r.servers.see(kToolKey, sighting);
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));
  sighting.offer.reset();
  r.servers.see(kToolKey, sighting);
  // A pass that looked before may be under way still, with the offer.
  const int looks = r.servers.looks();
  r.servers.see(kToolKey, sighting);
  REQUIRE(r.api->wait_for([&] { return r.servers.looks() > looks; }));
  CHECK(r.servers.asked_again() == 0);
  SUBCASE("another was missed") {
    sighting.digest = "another";
  }
  SUBCASE("the registry lost what it had") {
    r.registry->loses = true;
  }
  r.servers.see(kToolKey, sighting);
  CHECK(r.api->wait_for([&] { return r.servers.asked_again() > 0; }));
  CHECK(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));
}

TEST_CASE("a server that could not be read is not asked at once for what the registry lacks") {
  Serving r;
  r.put_tool(kServed);
  Sighting sighting = seen("1.0.0", {live_tool("get")});
  r.servers.see(kToolKey, sighting);
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));
  sighting.offer.reset();
  sighting.failure = Status(Code::Forbidden, "the Secret may not be read").with_reason("SecretForbidden");
  r.registry->loses = true;
  r.servers.see(kToolKey, sighting);
  CHECK(r.says(mcptool_type(), kToolKey, "ServerAvailable", "SecretForbidden"));
  CHECK(r.servers.asked_again() == 0);
}

TEST_CASE("an MCPTool whose server is taken away registers its definition, and nothing of the server stays") {
  Serving r;
  r.put_tool(kServed);
  r.servers.see(kToolKey, seen("1.0.0", {live_tool("get"), live_tool("set")}));
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "Registered"));
  const kube::Object served = *r.api->find(mcptool_type(), kToolKey);
  const Json declared = {
      {"server", nullptr}, {"contract", nullptr}, {"definition", {{"inputSchema", {{"type", "object"}}}}}};
  r.api->put(mcptool_type(), patched(served, {{"spec", declared}}).json());
  REQUIRE(r.says(mcptool_type(), kToolKey, "Registered", "Registered", 2));
  CHECK(r.registry->names() == std::set<std::string>{"weather"});
}

TEST_CASE("a server is forgotten with its MCPTool, though nothing holds that") {
  Serving r;
  const Json remote = {{"remote", {{"url", "https://weather.example/mcp"}}}};
  r.put_tool(patched(kWeather, {{"spec", {{"server", remote}, {"deletionPolicy", "Retain"}}}}));
  REQUIRE(r.says(mcptool_type(), kToolKey, "ServerAvailable", "Pending"));
  CHECK_FALSE(r.servers.has_forgotten(kToolKey));
  r.api->remove(mcptool_type(), kToolKey);
  CHECK(r.api->wait_for([&] { return r.servers.has_forgotten(kToolKey); }));
}

TEST_CASE("an MCPTool that cannot be read goes when it is deleted") {
  Serving r;
  r.put_tool(patched(deleted(kWeather), {{"spec", {{"definition", 7}}}}));
  CHECK(r.api->wait_for([&] { return !r.api->find(mcptool_type(), kToolKey); }));
}

TEST_CASE("a Registry whose annotation says so is hibernated, and serves again without it") {
  Reconciling r;
  const auto has_replicas = [&](int count) {
    return r.api->wait_for([&] {
      const auto deployment = r.api->find(deployment_type(), kRegistryKey);
      return deployment && at(deployment->json(), "/spec/replicas") == count;
    });
  };
  r.put_registry(Json::object());
  REQUIRE(has_replicas(1));
  r.put_registry(Json::object(), {{kHibernationAnnotation, "on"}});
  CHECK(has_replicas(0));
  CHECK(r.says(registry_type(), kRegistryKey, "Ready", "Hibernated"));
  CHECK(r.says(registry_type(), kRegistryKey, "Hibernated", "Annotated"));
  r.put_registry(Json::object(), {{kHibernationAnnotation, "off"}});
  CHECK(has_replicas(1));
}

TEST_SUITE_END();
