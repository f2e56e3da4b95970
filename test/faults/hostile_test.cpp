// Servers that want to hurt whoever looks at them: each is told for what it is, and costs its own
// MCPTool only.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "test/faults/harness/await.hpp"
#include "test/faults/harness/environment.hpp"
#include "test/faults/harness/resources.hpp"
#include "test/faults/harness/scenario.hpp"
#include "test/faults/harness/settings.hpp"

using namespace toolhive;

namespace {

using namespace toolhive::faults;

constexpr e2e::Seconds kBound{180};
constexpr std::int64_t kAtMost = 96 << 10;  // KiB beyond what it had before: four looks at a time
constexpr std::int64_t kGrowth = 12 << 10;  // KiB from the first third of the time to the last
constexpr int kDescriptors = 24;            // connections to servers, registry and API server
constexpr int kThreads = 4;                 // that look at servers, and begin when there are some

// What ServerAvailable says of a server in this mode of test/servers/hostile.
struct Mode {
  const char* name;
  const char* reason;
};
constexpr Mode kModes[] = {{"endless-pages", "TooLarge"},
                           {"circle", "NotMCP"},
                           {"changing-list", "TooLarge"},
                           {"many-tools", "TooLarge"},
                           {"long-description", "TooLarge"},
                           {"endless-stream", "Timeout"},
                           {"slices", "Timeout"},
                           {"silence", "Timeout"},
                           {"gzip-bomb", "NotMCP"},
                           {"redirect-api", "NotMCP"},
                           {"redirect-metadata", "NotMCP"},
                           {"redirect-loop", "NotMCP"},
                           {"html", "NotMCP"},
                           {"huge-header", "TooLarge"},
                           {"session-gone", "NotMCP"},
                           {"wrong-ids", "NotMCP"},
                           {"batch", "NotMCP"},
                           {"deep", "NotMCP"},
                           {"not-utf8", "NotMCP"},
                           {"half", "Unreachable"},
                           {"good", "Available"},
                           {"duplicate-names", "Available"},
                           {"other-content", "Available"}};

Context bounded() {
  return Context{}.with_timeout(std::chrono::seconds(20));
}

void create(kube::Client& client, const kube::ResourceType& type, const std::string& ns,
            const std::string& name, Json object) {
  object["apiVersion"] = type.api_version();
  object["kind"] = type.kind;
  object["metadata"] = {{"namespace", ns}, {"name", name}};
  const auto made = client.create(bounded(), type, object);
  if (!made.ok()) throw std::runtime_error(made.status().to_string());
}

void deploy_hostile(kube::Client& client, const std::string& ns) {
  const Json labels = {{"app", "hostile"}};
  const Json container = {{"name", "hostile"},
                          {"image", kHostileImage},
                          {"imagePullPolicy", "Never"},
                          {"securityContext",
                           {{"allowPrivilegeEscalation", false},
                            {"capabilities", {{"drop", {"ALL"}}}},
                            {"runAsNonRoot", true},
                            {"seccompProfile", {{"type", "RuntimeDefault"}}}}}};
  create(client, kDeployment, ns, "hostile",
         {{"spec",
           {{"selector", {{"matchLabels", labels}}},
            {"template", {{"metadata", {{"labels", labels}}}, {"spec", {{"containers", {container}}}}}}}}});
  create(client, kService, ns, "hostile", {{"spec", {{"selector", labels}, {"ports", {{{"port", 8080}}}}}}});
  await("the hostile server runs", [&]() -> std::string {
    const auto deployment = client.get(bounded(), kDeployment, {ns, "hostile"});
    if (!deployment.ok()) return deployment.status().to_string();
    return deployment->json().value("/status/readyReplicas"_json_pointer, 0) == 1 ? "" : "not yet";
  });
}

void create_tool(kube::Client& client, const std::string& ns, const std::string& mode) {
  create(client, kMcpTool, ns, mode,
         {{"spec",
           {{"registryRef", {{"name", "mcp-registry"}}},
            {"server", {{"remote", {{"url", "http://hostile." + ns + ".svc:8080/" + mode + "/mcp"}}}}},
            {"probe", {{"intervalSeconds", 10}, {"timeoutSeconds", 5}}}}}});
}

ConditionView availability(kube::Client& client, const std::string& ns, const std::string& mode) {
  const auto tool = client.get(bounded(), kMcpTool, {ns, mode});
  if (!tool.ok()) throw std::runtime_error(tool.status().to_string());
  return condition(tool->json(), "ServerAvailable");
}

// "name: state" of each tool in status.
std::string states(kube::Client& client, const std::string& ns, const std::string& mode) {
  std::string states;
  const auto tool = client.get(bounded(), kMcpTool, {ns, mode});
  if (tool.ok())
    for (const Json& each : tool->json().value("/status/tools"_json_pointer, Json::array()))
      states += each.at("name").get<std::string>() + ": " + each.value("state", "") + "\n";
  return states;
}

// Seconds that the steps of the scenario take.
double time_of(Environment& environment, const std::vector<Step>& steps) {
  const auto start = std::chrono::steady_clock::now();
  environment.run(steps, kBound);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// What the operator uses, every half second: what grows shows only in time.
std::vector<ProcessUsage> observe(OperatorProcess& op, std::chrono::seconds time) {
  std::vector<ProcessUsage> samples;
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end) {
    samples.push_back(op.usage());
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
  }
  return samples;
}

std::int64_t median_resident(std::vector<ProcessUsage> samples, std::size_t from, std::size_t to) {
  const auto less = [](const auto& a, const auto& b) { return a.resident_kib < b.resident_kib; };
  samples = {samples.begin() + static_cast<std::ptrdiff_t>(from),
             samples.begin() + static_cast<std::ptrdiff_t>(to)};
  std::sort(samples.begin(), samples.end(), less);
  return samples[samples.size() / 2].resident_kib;
}

TEST_SUITE_BEGIN("hostile servers");

TEST_CASE("hostile servers are told for what they are, and take nothing of the operator") {
  Environment environment("hostile");
  kube::Client& client = environment.client();
  const std::string& ns = environment.ns();
  environment.op().start();
  environment.run(scenario("redeploy").before, kBound);
  const double alone = time_of(environment, scenario("redeploy").steps);
  const ProcessUsage before = environment.op().usage();

  deploy_hostile(client, ns);
  for (const Mode& mode : kModes) create_tool(client, ns, mode.name);
  for (const Mode& mode : kModes) {
    CAPTURE(mode.name);
    ConditionView is;
    // The first look may come before the Service leads to the pod.
    await(
        std::string(mode.name) + " is told",
        [&] {
          is = availability(client, ns, mode.name);
          return is.reason == mode.reason ? "" : is.reason + ": " + is.message;
        },
        kBound);
    CHECK(is.message != "");
    progress(std::string("hostile, ") + mode.name + ": " + is.reason + ": " + is.message.substr(0, 200));
  }

  const std::vector<ProcessUsage> samples = observe(environment.op(), std::chrono::seconds(45));
  const std::size_t third = samples.size() / 3;
  const std::int64_t early = median_resident(samples, 0, third);
  const std::int64_t late = median_resident(samples, samples.size() - third, samples.size());
  progress("hostile: before " + before.to_string() + "; then " + std::to_string(early) + " KiB, and " +
           std::to_string(late) + " KiB at the end");
  CHECK(late <= early + kGrowth);
  for (const ProcessUsage& each : samples) {
    CHECK(each.resident_kib <= before.resident_kib + kAtMost);
    CHECK(each.threads <= before.threads + kThreads);
    CHECK(each.descriptors <= before.descriptors + kDescriptors);
  }

  CHECK(states(client, ns, "good") == "good.one: Registered\n");
  // Of two with one name the last one counts, as a list may change while it is read.
  CHECK(states(client, ns, "duplicate-names") ==
        "duplicate-names.only: Registered\nduplicate-names.twin: Registered\n");
  // A server that waits behind those that hang does so each time; one that the machine had no time
  // for, once.
  double beside = std::numeric_limits<double>::infinity();
  for (const char* name : {"hold", "redeploy", "hold"}) {
    const double took = time_of(environment, {scenario(name).steps.front()});
    progress("hostile: a redeploy took " + std::to_string(alone) + " s before, and " + std::to_string(took) +
             " s beside them");
    beside = std::min(beside, took);
  }
  // As long as one look at a server that hangs takes, there is more than one at work.
  CHECK(beside < alone + 10);
}

TEST_SUITE_END();

}  // namespace
