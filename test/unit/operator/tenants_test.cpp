// What the misfortune of one tenant costs the others, on the operator's own reconciler.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/reconciler.hpp"
#include "controller/testing/fake_api.hpp"
#include "test/unit/operator/fake_registry.hpp"
#include "test/unit/operator/fake_servers.hpp"

namespace {

using namespace std::chrono_literals;
using namespace toolhive;
using kube::Key;

// Answers at once, or not before the end of the test.
class TenantsRegistry final : public test::EmptyRegistry {
 public:
  TenantsRegistry(bool hangs, std::stop_token end) : hangs_(hangs), end_(std::move(end)) {}

  StatusOr<RegistryEntry> put(const Context& ctx, const Json& definition) override {
    if (hangs_) {
      sleep_for(ctx.clock, 30s, end_);
      return Status(Code::Timeout, "no answer in time");
    }
    return parse_entry({{"name", definition.at("name")}, {"version", definition.at("version")}});
  }
  Status withdraw(const Context&, const std::string&, const ManagedBy&) override { return withdrawal; }

  inline static Status withdrawal;

 private:
  const bool hangs_;
  const std::stop_token end_;
};

class TenantsAccess final : public RegistryAccess {
 public:
  explicit TenantsAccess(std::stop_token end) : RegistryAccess(nullptr, {}), end_(std::move(end)) {}

 private:
  std::unique_ptr<RegistryApi> make_client(const Key& registry, const RegistryEndpoint&,
                                           const std::shared_ptr<SeenCertificate>&) const override {
    return std::make_unique<TenantsRegistry>(registry.name == "evil", end_);
  }
  const std::stop_token end_;
};

Json deep_schema() {
  Json deep = {{"type", "string"}};
  for (int i = 0; i < 500; ++i) deep = {{"type", "object"}, {"properties", {{"a", std::move(deep)}}}};
  return deep;
}

struct Tenants {
  Tenants() {
    tools.attach();
    for (const char* ns : {"good", "evil"})
      api->put(
          registry_type(),
          {{"apiVersion", "mcpregistry.dev/v1alpha1"},
           {"kind", "Registry"},
           {"metadata", {{"name", ns}, {"namespace", ns}}},
           {"spec", Json::object()},
           {"status",
            {{"conditions",
              Json::array(
                  {{{"type", "Available"}, {"status", "True"}, {"reason", "Serving"}, {"message", ""}}})}}}});
    done = std::async(std::launch::async, [this] { return manager.run(stop.get_token()); });
  }
  ~Tenants() {
    stop.request_stop();
    CHECK(done.get().ok());
  }

  void put_tool(const std::string& ns, const std::string& name, Json definition = Json::object()) {
    definition["inputSchema"] = {{"type", "object"}};
    api->put(mcptool_type(), {{"apiVersion", "mcpregistry.dev/v1alpha1"},
                              {"kind", "MCPTool"},
                              {"metadata", {{"name", name}, {"namespace", ns}}},
                              {"spec", {{"registryRef", {{"name", ns}}}, {"definition", definition}}}});
  }
  // In lists, as of the resourceVersion given.
  void grow_too_deep(const Key& key, const char* version) {
    api->spoil(mcptool_type(), key,
               {{"metadata", {{"resourceVersion", version}, {"generation", 2}}},
                {"spec", {{"definition", {{"inputSchema", deep_schema()}}}}}});
  }
  // As after a pause of the watch that was too long.
  void list_again() {
    api->compact();
    api->break_streams(Status(Code::Expired, "too old"));
  }
  std::string reason(const std::string& ns, const std::string& name) const {
    const auto tool = api->find(mcptool_type(), {ns, name});
    if (!tool) return "gone";
    const Json status = *tool->status();
    const auto conditions = runtime::Conditions::from_json(status.value("conditions", Json::array()));
    const auto* ready = conditions.find("Ready");
    return ready ? ready->reason : std::string();
  }
  bool becomes(const std::string& ns, const std::string& name, const std::string& expected) const {
    return api->wait_for([&] { return reason(ns, name) == expected; });
  }

  std::stop_source stop;
  std::shared_ptr<testing::FakeApi> api = std::make_shared<testing::FakeApi>();
  runtime::Manager manager{
      std::static_pointer_cast<kube::Client>(api), std::static_pointer_cast<kube::Client>(api), {}};
  TenantsAccess access{stop.get_token()};
  // Of Registries nothing is made here: their conditions are what the test says.
  runtime::ControllerHandle registries =
      manager.controller<Registry>("registry").reconcile([](runtime::Pass&, const kube::Ref<Registry>&) {
        return Status();
      });
  test::FakeServers servers;
  MCPToolReconciler tools{manager, access, servers, {}, registries};
  std::future<Status> done;
};

TEST_CASE("a registry that hangs with 200 tools does not delay another tenant's tool") {
  Tenants t;
  for (int i = 0; i < 200; ++i) t.put_tool("evil", "tool-" + std::to_string(i));
  // All of them were met: those that find the registry busy wait for their turn.
  REQUIRE(t.api->wait_for([&] { return t.api->count("PATCH mcptools.mcpregistry.dev evil/") >= 200; }));
  for (int i = 0; i < 5; ++i) {
    const std::string name = "late-" + std::to_string(i);
    t.put_tool("good", name);
    CHECK(t.becomes("good", name, "Registered"));
  }
}

TEST_CASE("an MCPTool nested too deeply is set aside, and others go on") {
  Tenants t;
  Json deep = deep_schema();
  const Json object = {
      {"type", "ADDED"},
      {"object",
       {{"apiVersion", "mcpregistry.dev/v1alpha1"},
        {"kind", "MCPTool"},
        {"metadata", {{"name", "deep"}, {"namespace", "good"}, {"resourceVersion", "9000"}}},
        {"spec", {{"registryRef", {{"name", "good"}}}, {"definition", {{"inputSchema", deep}}}}}}}};
  REQUIRE(t.api->wait_for(
      [&] { return t.api->count("WATCH mcptools") > 0 && t.api->open_streams() >= t.api->count("WATCH"); }));
  t.api->inject(object.dump());
  t.api->inject(R"({"type":"MODIFIED","object":{"apiVersion":"mcpregistry.dev/v1alpha1","kind":"MCPTool",
    "metadata":{"name":"odd","namespace":"good","resourceVersion":"9001"},"spec":)" +
                std::string("\"\xff\"}}"));
  t.api->inject(R"({"type":"ADDED","object":{"apiVersion":"mcpregistry.dev/v1alpha1","kind":"MCPTool",
    "metadata":{"name":"fine","namespace":"good","uid":"u","resourceVersion":"9002"},
    "spec":{"registryRef":{"name":"absent"},"definition":{"inputSchema":{"type":"object"}}}}})");
  REQUIRE(t.api->wait_for([&] { return t.manager.cache().list(mcptool_type(), "good")->size() == 2; }));
  CHECK(t.manager.cache().list<MCPTool>("good")->size() == 1);
  CHECK(t.manager.health().ready().text.find("good/deep") != std::string::npos);
  // Ready as soon as every other type has been listed, which may take longer than this one did.
  CHECK(t.api->wait_for([&] { return t.manager.health().ready().ok; }));
}

TEST_CASE(
    "an MCPTool that grows too deep is told so, keeps what is registered, and is let go when it is deleted") {
  Tenants t;
  t.put_tool("good", "grown");
  REQUIRE(t.becomes("good", "grown", "Registered"));
  const Key key{"good", "grown"};
  t.grow_too_deep(key, "9001");
  t.list_again();
  REQUIRE(t.becomes("good", "grown", "InvalidSpec"));
  const Json status = t.api->find(mcptool_type(), key)->json().at("status");
  CHECK(status.at("tools").at(0).at("name") == "grown");
  CHECK(status.dump().find("nested too deeply") != std::string::npos);

  // No event may come before the list that shows it deep and on its way out.
  t.api->freeze_streams(true);
  kube::Client& client = *t.api;
  REQUIRE(client.remove({}, mcptool_type(), key).ok());
  CHECK(t.reason("good", "grown") != "gone");
  t.grow_too_deep(key, "9002");
  t.list_again();
  t.api->freeze_streams(false);
  CHECK(t.becomes("good", "grown", "gone"));
}

TEST_CASE("a name that no path can end with is refused, and holds up no deletion") {
  Tenants t;
  t.put_tool("good", "dots", {{"name", ".."}});
  REQUIRE(t.becomes("good", "dots", "InvalidSpec"));
  CHECK_FALSE(t.api->find(mcptool_type(), {"good", "dots"})->meta().has_finalizer(kWithdrawFinalizer));
}

TEST_CASE("a withdrawal that the registry calls a bad request lets the MCPTool go") {
  TenantsRegistry::withdrawal = Status(Code::Invalid, "the path has a .. segment").with_http_status(400);
  Tenants t;
  t.put_tool("good", "one");
  REQUIRE(t.becomes("good", "one", "Registered"));
  REQUIRE(t.manager.client().remove(Context{}, mcptool_type(), {"good", "one"}).ok());
  CHECK(t.becomes("good", "one", "gone"));
  TenantsRegistry::withdrawal = {};
}

}  // namespace
