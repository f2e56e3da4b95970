// Discovery as a whole, beside the controller of Registries: what comes and goes, pass after pass.
#include <doctest/doctest.h>

#include <future>

#include "controller/operator/discovery/discovered_tool.hpp"
#include "controller/operator/discovery/reconciler.hpp"
#include "controller/operator/registry/reconciler.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "crds/mcptool.hpp"
#include "test/unit/operator/discovered.hpp"
#include "test/unit/operator/fake_registry.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Key;

const Key kLooking{"mcp", "mcp-registry"};
const Json kEverywhere = {{"allowedNamespaces", {{"from", "All"}}},
                          {"discovery", {{"namespaces", {{"from", "All"}}}}}};
const Json kOwnNamespace = {{"discovery", Json::object()}};

const kube::ResourceType& new_server_type() {
  return source("MCPServer.mcp.x-k8s.io").resource.types.front();
}
const kube::ResourceType& old_server_type() {
  return source("MCPServer.mcp.x-k8s.io").resource.types.back();
}

struct Discovering {
  // An operator that looks after these namespaces; none: after all.
  explicit Discovering(std::vector<std::string> namespaces = {}) : looked_after(std::move(namespaces)) {
    api->offer(service_type(), true);
    api->offer(namespace_type(), true);
    // The Registry's own Service: the API server in memory knows no selectors.
    api->fail_with([](const kube::ApiCall& call) {
      return call.mutating() && call.type == service_type() ? Status(Code::Forbidden, "no more Services")
                                                            : Status();
    });
    registries_handle = registries.attach();
    OperatorOptions options;
    options.namespaces = looked_after;
    discovery.emplace(manager, reports, options, *registries_handle);
    discovery->attach();
    done = std::async(std::launch::async, [this] { return manager.run(stop.get_token()); });
  }
  ~Discovering() {
    stop.request_stop();
    CHECK(done.get().ok());
  }

  void put_registry(const Json& spec, const Json& annotations = Json::object(),
                    const std::string& name = kLooking.name) {
    api->put(registry_type(),
             mcp_registry(
                 {{"metadata",
                   {{"name", name}, {"uid", nullptr}, {"generation", nullptr}, {"annotations", annotations}}},
                  {"spec", spec}})
                 .json());
  }
  void put_service(const Json& patch = Json::object()) {
    api->put(service_type(), patched(labelled_service(patch), {{"metadata", {{"uid", nullptr}}}}).json());
  }
  void put_namespace(const Json& labels) {
    api->put(
        namespace_type(),
        {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", "team"}, {"labels", labels}}}});
  }
  void put_server(const kube::ResourceType& type, const std::string& url) {
    api->put(
        type,
        {{"apiVersion", type.api_version()},
         {"kind", type.kind},
         {"metadata", {{"name", "weather"}, {"namespace", "mcp"}}},
         {"status",
          {{"address", {{"url", url}}}, {"conditions", Json::array({told_condition("Ready", "True")})}}}});
  }

  static Key tool_of(const char* from = "Service", const std::string& ns = "mcp") {
    return {ns, discovered_name(source(from), kLooking, "weather")};
  }
  std::string url_of(const Key& tool) const {
    const auto found = api->find(mcptool_type(), tool);
    return found ? at(found->json(), "/spec/server/remote/url").get<std::string>() : std::string();
  }
  // With time passing.
  bool in_time(const std::function<bool()>& condition) {
    return api->wait_for([&] {
      clock.advance(std::chrono::seconds(1));
      return condition();
    });
  }
  bool comes(const Key& tool, const std::string& url) {
    return in_time([&] { return url_of(tool) == url; });
  }
  bool goes(const Key& tool) {
    return in_time([&] { return !api->find(mcptool_type(), tool); });
  }
  Json status() const {
    const auto registry = api->find(registry_type(), kLooking);
    return registry ? *registry->status() : Json::object();
  }
  bool says(const char* reason) {
    return in_time([&] {
      const auto conditions = runtime::Conditions::from_json(status().value("conditions", Json::array()));
      const runtime::Condition* told = conditions.find("DiscoveryReady");
      return told && told->reason == reason;
    });
  }
  // Events on objects of that kind.
  std::size_t events_on(const std::string& kind) const {
    const auto events = api->list(Context{}, {"events.k8s.io", "v1", "Event", "events"}, {});
    std::size_t count = 0;
    for (const kube::Object& event : events->items)
      count += at(event.json(), "/regarding/kind") == kind ? 1 : 0;
    return count;
  }

  runtime::ManagerOptions manager_options() {
    runtime::ManagerOptions options;
    options.namespaces = looked_after;
    options.clock = &clock;
    options.name = kOperatorName;
    options.owner_label = kOwnerLabel;
    return options;
  }

  const std::vector<std::string> looked_after;
  testing::SimulatedClock clock;
  std::stop_source stop;
  std::shared_ptr<testing::FakeApi> api = std::make_shared<testing::FakeApi>();
  runtime::Manager manager{std::static_pointer_cast<kube::Client>(api),
                           std::static_pointer_cast<kube::Client>(api), manager_options()};
  AccessTo<FakeRegistry> access;
  OperatorIdentity identity{manager.client(), "toolhive-system"};
  DiscoveryReports reports;
  RegistryReconciler registries{
      manager,
      access,
      identity,
      {.registry_image = "example.com/mcp-registry:1", .operator_namespace = {}, .namespaces = {}},
      &reports};
  std::optional<runtime::ControllerHandle> registries_handle;
  std::optional<DiscoveryReconciler> discovery;
  std::future<Status> done;
};

const char* const kAt = "http://weather.mcp.svc:8080/mcp";

}  // namespace

TEST_SUITE_BEGIN("discovery");

TEST_CASE("a Service becomes an MCPTool that goes with it, follows it, and is told of") {
  Discovering d;
  d.put_registry(kOwnNamespace);
  d.put_service();
  REQUIRE(d.comes(d.tool_of(), kAt));
  const auto tool = d.api->find(mcptool_type(), d.tool_of());
  REQUIRE(tool->meta().controller());
  CHECK(tool->meta().controller()->kind == "Service");
  CHECK(at(tool->json(), "/metadata/ownerReferences/0/blockOwnerDeletion") == false);
  CHECK(d.says("Discovering"));
  CHECK(d.in_time([&] {
    return d.status().value("discovered", Json()) ==
           Json::array({{{"source", "Service"}, {"servers", 1}, {"waiting", 0}, {"refused", 0}}});
  }));

  d.put_service({{"spec", {{"ports", Json::array({{{"port", 9000}}})}}}});
  CHECK(d.comes(d.tool_of(), "http://weather.mcp.svc:9000/mcp"));
}

TEST_CASE("an MCPTool that is deleted or changed by hand is put back") {
  Discovering d;
  d.put_registry(kOwnNamespace);
  d.put_service();
  REQUIRE(d.comes(d.tool_of(), kAt));
  d.api->remove(mcptool_type(), d.tool_of());
  REQUIRE(d.comes(d.tool_of(), kAt));
  Json other = d.api->find(mcptool_type(), d.tool_of())->json();
  other["spec"]["server"]["remote"]["url"] = "http://else.example/mcp";
  d.api->put(mcptool_type(), other);
  CHECK(d.comes(d.tool_of(), kAt));
}

TEST_CASE("what was made goes when the Registry looks no more, and when it is gone") {
  Discovering d;
  d.put_registry(kOwnNamespace);
  d.put_service();
  REQUIRE(d.comes(d.tool_of(), kAt));
  d.put_registry(Json::object());
  CHECK(d.goes(d.tool_of()));
  CHECK(d.in_time([&] { return !d.status().contains("discovered"); }));

  d.put_registry(kOwnNamespace);
  REQUIRE(d.comes(d.tool_of(), kAt));
  d.api->remove(registry_type(), kLooking);
  CHECK(d.goes(d.tool_of()));
}

TEST_CASE("a namespace is looked in while its label says so") {
  Discovering d;
  d.put_registry(kEverywhere);
  const Key tool = d.tool_of("Service", "team");
  d.put_service({{"metadata", {{"namespace", "team"}}}});
  d.put_service();
  REQUIRE(d.comes(d.tool_of(), kAt));
  REQUIRE(d.says("Discovering"));
  CHECK(d.url_of(tool).empty());
  d.put_namespace({{kDiscoveryLabel, "enabled"}});
  REQUIRE(d.comes(tool, "http://weather.team.svc:8080/mcp"));
  d.put_namespace({{kDiscoveryLabel, "mcp.another"}});
  CHECK(d.goes(tool));
  CHECK(d.url_of(d.tool_of()) == kAt);
}

TEST_CASE("an operator of some namespaces gets their labels one by one") {
  Discovering d({"mcp", "team", "gone"});
  d.put_registry(kEverywhere);
  d.put_service({{"metadata", {{"namespace", "team"}}}});
  REQUIRE(d.says("Discovering"));
  const Key tool = d.tool_of("Service", "team");
  CHECK(d.url_of(tool).empty());
  d.put_namespace({{kDiscoveryLabel, "enabled"}});
  CHECK(d.comes(tool, "http://weather.team.svc:8080/mcp"));
  CHECK(d.api->count("WATCH namespaces") == 0);

  d.api->fail_with([](const kube::ApiCall& call) {
    return call.type == namespace_type() ? Status(Code::Forbidden, "namespaces is forbidden") : Status();
  });
  CHECK(d.says("SourceForbidden"));
  CHECK_FALSE(d.url_of(tool).empty());
}

TEST_CASE("a resource is read once its API is there, in the preferred version, and left alone without it") {
  Discovering d;
  const char* const from = "MCPServer.mcp.x-k8s.io";
  d.put_registry({{"discovery", {{"sources", {from}}}}});
  REQUIRE(d.says("SourceMissing"));
  CHECK(d.api->count("WATCH mcpservers") == 0);

  d.api->offer(old_server_type(), true);
  d.put_server(old_server_type(), kAt);
  REQUIRE(d.comes(d.tool_of(from), kAt));
  REQUIRE(d.says("Discovering"));
  // The same object in another version. The API server in memory gives a new one another uid, and
  // takes it back when it is told.
  Json same = d.api->find(old_server_type(), {"mcp", "weather"})->json();
  same["apiVersion"] = new_server_type().api_version();
  same["status"]["address"]["url"] = "http://weather.mcp.svc:1/mcp";
  for (int i = 0; i < 2; ++i) d.api->put(new_server_type(), same);
  d.api->offer(new_server_type(), true);
  CHECK(d.comes(d.tool_of(from), "http://weather.mcp.svc:1/mcp"));

  d.api->offer(old_server_type(), false);
  d.api->offer(new_server_type(), false);
  REQUIRE(d.says("SourceMissing"));
  // Its owner is gone: that is for the garbage collector to see.
  CHECK(d.api->find(mcptool_type(), d.tool_of(from)));
}

TEST_CASE("an MCPTool of the name that is somebody else's is left alone, and that is told once") {
  Discovering d;
  const kube::Object theirs = mcptool(d.tool_of().name, "2026-01-01T00:00:00Z");
  d.api->put(mcptool_type(), patched(theirs, {{"metadata", {{"uid", nullptr}}}}).json());
  d.put_registry(kOwnNamespace);
  d.put_service();
  REQUIRE(d.in_time([&] {
    return d.status().value("discovered", Json::array()) ==
           Json::array({{{"source", "Service"}, {"servers", 0}, {"waiting", 0}, {"refused", 1}}});
  }));
  CHECK_FALSE(has(d.api->find(mcptool_type(), d.tool_of())->json(), "/spec/server"));
  CHECK(d.in_time([&] { return d.events_on("Service") == 1; }));
}

TEST_CASE("a server that a user registers already is not registered again") {
  Discovering d;
  const Json server = {{"remote", {{"url", "http://weather.mcp.svc.cluster.local:8080/mcp"}}}};
  const kube::Object theirs = mcptool("theirs", "2026-01-01T00:00:00Z", {{"server", server}});
  d.api->put(mcptool_type(), patched(theirs, {{"metadata", {{"uid", nullptr}}}}).json());
  d.put_registry(kOwnNamespace);
  d.put_service();
  REQUIRE(d.says("Discovering"));
  CHECK(d.url_of(d.tool_of()).empty());
  d.api->remove(mcptool_type(), {"mcp", "theirs"});
  CHECK(d.comes(d.tool_of(), kAt));
}

TEST_CASE("a Registry that is paused leaves what it has, and makes nothing") {
  Discovering d;
  // What another Registry does with the same Services says when the paused one would have done it.
  const Key beside{"mcp", "beside"};
  const auto tool_for = [](const Key& registry, const char* service) {
    return Key{"mcp", discovered_name(source("Service"), registry, service)};
  };
  d.put_registry(kOwnNamespace);
  d.put_registry(kOwnNamespace, Json::object(), beside.name);
  d.put_service();
  REQUIRE(d.comes(d.tool_of(), kAt));
  REQUIRE(d.comes(tool_for(beside, "weather"), kAt));
  d.put_registry(kOwnNamespace, {{kPausedAnnotation, "true"}});
  REQUIRE(d.in_time([&] {
    const auto conditions = runtime::Conditions::from_json(d.status().value("conditions", Json::array()));
    return conditions.find("ReconciliationPaused") != nullptr;
  }));

  d.put_service({{"metadata", {{"name", "tides"}}}});
  REQUIRE(d.comes(tool_for(beside, "tides"), "http://tides.mcp.svc:8080/mcp"));
  for (const int port : {9000, 9001}) {
    const std::string moved = "http://weather.mcp.svc:" + std::to_string(port) + "/mcp";
    d.put_service({{"spec", {{"ports", Json::array({{{"port", port}}})}}}});
    REQUIRE(d.comes(tool_for(beside, "weather"), moved));
  }
  CHECK(d.url_of(d.tool_of()) == kAt);
  CHECK(d.url_of(tool_for(kLooking, "tides")).empty());

  d.put_registry(kOwnNamespace);
  CHECK(d.comes(d.tool_of(), "http://weather.mcp.svc:9001/mcp"));
  CHECK(d.comes(tool_for(kLooking, "tides"), "http://tides.mcp.svc:8080/mcp"));
}

TEST_CASE("where nothing changes nothing is written, however much time passes") {
  Discovering d;
  d.put_registry(kEverywhere);
  d.put_namespace({{kDiscoveryLabel, "enabled"}});
  d.put_service();
  d.put_service({{"metadata", {{"name", "headless"}}}, {"spec", {{"clusterIP", "None"}}}});
  REQUIRE(d.comes(d.tool_of(), kAt));
  REQUIRE(d.says("Discovering"));
  REQUIRE(d.in_time([&] { return d.events_on("Service") == 1; }));
  const std::size_t looks = d.api->count("RAW");
  REQUIRE(d.in_time([&] { return d.api->count("RAW") > looks + 6; }));
  d.api->clear_calls();
  REQUIRE(d.in_time([&] { return d.api->count("RAW") > 12; }));
  for (const std::string& call : d.api->writes()) {
    CAPTURE(call);
    CHECK(call.find("mcpregistry.dev") == std::string::npos);
  }
  CHECK(d.events_on("Service") == 1);
}

TEST_CASE("an MCPTool for a Registry that another operator looks after is that one's") {
  Discovering d({"team"});
  Json tool = discovered_intent(source("Service"), labelled_service({{"metadata", {{"namespace", "team"}}}}),
                                {}, kLooking, {});
  tool["metadata"]["ownerReferences"] = Json::array(
      {{{"apiVersion", "v1"}, {"kind", "Service"}, {"name", "weather"}, {"uid", "u"}, {"controller", true}}});
  d.api->put(mcptool_type(), tool);
  REQUIRE(d.in_time([&] {
    return d.manager.metrics().text().find(
               "controller_runtime_reconcile_total{controller=\"discovered-mcptool\",result=\"success\"} "
               "1") != std::string::npos;
  }));
  CHECK(d.api->find(mcptool_type(), d.tool_of("Service", "team")));
  CHECK(d.manager.metrics().text().find(
            "controller_runtime_reconcile_total{controller=\"discovery\",result=\"error\"} 0") !=
        std::string::npos);
}

TEST_CASE("without discovery nothing is watched for it") {
  Discovering d;
  d.put_registry(Json::object());
  REQUIRE(d.in_time([&] { return d.status().contains("conditions"); }));
  CHECK(d.api->count("WATCH namespaces") == 0);
  CHECK(d.api->count("WATCH mcpservers") == 0);
  CHECK_FALSE(d.status().contains("discovered"));
}

TEST_SUITE_END();
