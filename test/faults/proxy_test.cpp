// The fault proxy itself: what it refuses, what it passes on, what it tells.
#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/kube/config/config.hpp"
#include "test/faults/harness/await.hpp"
#include "test/faults/harness/crash_points.hpp"
#include "test/faults/harness/end_state.hpp"
#include "test/faults/harness/fault_proxy.hpp"
#include "test/faults/harness/injections.hpp"
#include "test/faults/harness/settings.hpp"
#include "test/integration/kube/cluster.hpp"

using namespace toolhive;

namespace {

using namespace toolhive::faults;
using namespace std::chrono_literals;

// Why the proxy does not take the plan; empty when it does.
std::string refusal(FaultProxy& proxy, const Json& plan) {
  try {
    proxy.set_plan(plan);
    return {};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

Json one_rule(const Json& match, const Json& fault) {
  return {{"description", "for a test"}, {"rules", Json::array({{{"match", match}, {"fault", fault}}})}};
}

int status_of(kube::Transport& transport, const std::string& target) {
  kube::HttpRequest request;
  request.method = "GET";
  request.target = target;
  const auto answer = transport.send(Context{}.with_timeout(5s), request);
  return answer.ok() ? answer->status : 0;
}

TEST_SUITE_BEGIN("proxy");

TEST_CASE("a plan that means nothing is refused with the place and the reason") {
  FaultProxy proxy(log_folder("proxy-plans"));
  const Json drop = {{"drop", {{"at", "request"}}}};
  CHECK(refusal(proxy, one_rule({{"watch", true}}, {{"cut", {{"after", 1}}}})) == "");
  CHECK(refusal(proxy, one_rule({{"chanse", 0.5}}, drop)).find("field chanse not found") !=
        std::string::npos);
  CHECK(refusal(proxy, one_rule({{"chance", 2}}, drop)).find("chance is from 0 to 1") != std::string::npos);
  CHECK(refusal(proxy, one_rule({{"path", "("}}, drop)).find("missing closing") != std::string::npos);
  CHECK(refusal(proxy, one_rule(Json::object(), Json::object())).find("rules[0].fault: needs exactly one") !=
        std::string::npos);
  CHECK(refusal(proxy, one_rule(Json::object(), {{"cut", {{"after", 1}}}})).find("match.watch") !=
        std::string::npos);
  CHECK(refusal(proxy, one_rule(Json::object(), {{"drop", {{"at", "noon"}}}})).find("fault.drop.at") !=
        std::string::npos);
  CHECK(refusal(proxy, {{"rules", Json::array()}}).find("description") != std::string::npos);
}

TEST_CASE("only who has the proxy's token gets through") {
  FaultProxy proxy(log_folder("proxy-token"));
  kube::Config config = *kube::load_kubeconfig({proxy.kubeconfig()});
  CHECK(status_of(*test::transport(config), "/api/v1/namespaces") == 200);
  config.token = "another";
  CHECK(status_of(*test::transport(config), "/api/v1/namespaces") == 401);
  CHECK(status_of(*test::transport(config), "/faults/plan") == 401);
}

TEST_CASE("a rule strikes from its nth match on, as often as it says") {
  FaultProxy proxy(log_folder("proxy-nth"));
  const auto transport = test::transport(*kube::load_kubeconfig({proxy.kubeconfig()}));
  proxy.set_plan(
      one_rule({{"path", "^/version$"}, {"nth", 2}, {"count", 2}}, {{"answer", {{"status", 503}}}}));
  CHECK(status_of(*transport, "/version") == 200);
  CHECK(status_of(*transport, "/api") == 200);
  CHECK(status_of(*transport, "/version") == 503);
  CHECK(status_of(*transport, "/version") == 503);
  CHECK(status_of(*transport, "/version") == 200);
  CHECK(strikes(proxy) == 2);
}

TEST_CASE("a write whose response is lost was applied; one that is dropped before was not") {
  const test::Namespace ns;
  FaultProxy proxy(log_folder("proxy-lost"));
  const auto client = test::client(*kube::load_kubeconfig({proxy.kubeconfig()}));
  for (const char* fault : {"drop", "blackHole"}) {
    for (const char* at : {"request", "response"}) {
      const std::string name = std::string(fault == std::string("drop") ? "drop" : "hole") + "-" + at;
      CAPTURE(name);
      // Every attempt: the client tries again what surely did not arrive.
      proxy.set_plan(one_rule({{"write", true}}, {{fault, {{"at", at}}}}));
      const auto made = client->create(Context{}.with_timeout(2s), test::kConfigMap,
                                       test::config_map(ns.name(), name, "x"));
      CHECK_FALSE(made.ok());
      CHECK(strikes(proxy) >= 1);
      const bool applied = test::client()->get({}, test::kConfigMap, {ns.name(), name}).ok();
      CHECK(applied == (at == std::string("response")));
    }
  }
}

TEST_CASE("a plan that is repeated strikes again, and cuts the watches that are open") {
  FaultProxy proxy(log_folder("proxy-repeated"));
  const kube::Config config = *kube::load_kubeconfig({proxy.kubeconfig()});
  const auto client = test::client(config);
  proxy.load_plan("frozen-watch.yaml");
  const auto frozen = client->watch({}, test::kConfigMap, {.ns = "default", .send_initial_events = true});
  const auto other = client->watch({}, test::kConfigMap, {.ns = "default", .send_initial_events = true});
  REQUIRE(frozen.ok());
  REQUIRE(other.ok());
  await("both are open", [&] { return proxy.open_watches() == 2 ? "" : "not yet"; });
  const std::size_t before = proxy.log().size();
  proxy.repeat_plan();
  await("both were cut", [&] { return proxy.open_watches() == 0 ? "" : "not yet"; });
  CHECK(proxy.log().size() > before);
  while (true) {
    const auto event = (*other)->next(Context{}.with_timeout(10s));
    if (event.ok()) continue;
    CHECK(event.status().code() == Code::Unavailable);
    break;
  }
}

TEST_CASE("an object counts as made once, however often it is applied") {
  const test::Namespace ns;
  FaultProxy proxy(log_folder("proxy-made"));
  const auto client = test::client(*kube::load_kubeconfig({proxy.kubeconfig()}));
  const auto apply = [&] {
    REQUIRE(client->apply({}, test::kConfigMap, test::config_map(ns.name(), "a", "x")).ok());
  };
  const std::string path = "/api/v1/namespaces/" + ns.name() + "/configmaps/a";
  const std::map<std::string, int> undisturbed = {{general_path(path, ns.name()), 1}};
  apply();
  proxy.break_nothing();
  apply();
  CHECK(made_again(proxy.made(), ns.name(), undisturbed) == "");
  REQUIRE(client->remove({}, test::kConfigMap, {ns.name(), "a"}).ok());
  apply();
  CHECK(made_again(proxy.made(), ns.name(), undisturbed) == path + " was made 2 times\n");
}

TEST_CASE("the log holds neither bodies nor credentials") {
  const test::Namespace ns;
  const std::string folder = log_folder("proxy-secrets");
  FaultProxy proxy(folder);
  const kube::Config config = *kube::load_kubeconfig({proxy.kubeconfig()});
  const Json secret = {{"metadata", {{"namespace", ns.name()}, {"name", "a"}}},
                       {"stringData", {{"key", "hunter2"}}}};
  REQUIRE(test::client(config)->create({}, test::kSecret, secret).ok());
  CHECK(proxy.writes().size() == 1);
  std::ifstream file(folder + "/proxy.log");
  const std::string log(std::istreambuf_iterator<char>(file), {});
  CHECK(log.find("/secrets") != std::string::npos);
  CHECK(log.find("hunter2") == std::string::npos);
  CHECK(log.find(config.token) == std::string::npos);
}

TEST_CASE("the mask hides what differs in every run and nothing else") {
  Json one = {{"metadata",
               {{"name", "mcp-registry-5d8f7c9b64-x2x4z"},
                {"namespace", "faults-abcde"},
                {"uid", "a5dbcc3b-3c6a-4b87-817a-08bca4d019c8"},
                {"resourceVersion", "12"}}},
              {"url", "http://mcp-registry.faults-abcde.svc:8080"}};
  Json two = one;
  two["metadata"] = {{"name", "mcp-registry-667f8dcc55-abcde"},
                     {"namespace", "faults-vwxyz"},
                     {"uid", "b5dbcc3b-3c6a-4b87-817a-08bca4d019c8"},
                     {"resourceVersion", "13"}};
  two["url"] = "http://mcp-registry.faults-vwxyz.svc:8080";
  CHECK(difference(masked(one, "faults-abcde"), masked(two, "faults-vwxyz")) == "");
  // Of a dashboard, and of a scheduled backup.
  one["last"] = {"mcp-registry-202611281031", "mcp-0123456789abcdef0123456789abcdef"};
  two["last"] = {"mcp-registry-202611281032", "mcp-0123456789abcdef0123456789abcde0"};
  CHECK(difference(masked(one, "faults-abcde"), masked(two, "faults-vwxyz")) == "");
  two["url"] = "http://mcp-registry.faults-vwxyz.svc:8081";
  CHECK(difference(masked(one, "faults-abcde"), masked(two, "faults-vwxyz")) != "");
  two["metadata"].erase("uid");
  CHECK(difference(masked(one, "faults-abcde"), masked(two, "faults-vwxyz")).find("/metadata/uid") !=
        std::string::npos);
}

TEST_CASE("conditions are compared by type: their order tells when they changed, not what they say") {
  const Json available = {{"type", "Available"}, {"status", "True"}};
  const Json progressing = {{"type", "Progressing"}, {"status", "True"}};
  const auto status = [](const Json& first, const Json& second) {
    return masked({{"status", {{"conditions", {first, second}}, {"args", {"b", "a"}}}}}, "ns");
  };
  CHECK(difference(status(available, progressing), status(progressing, available)) == "");
  Json other = available;
  other["status"] = "False";
  CHECK(difference(status(available, progressing), status(progressing, other)) != "");
  CHECK(difference(masked({{"args", {"b", "a"}}}, "ns"), masked({{"args", {"a", "b"}}}, "ns")) != "");
}

TEST_SUITE_END();

}  // namespace
