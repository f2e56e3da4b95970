// Informers, caches and a controller come to the API server's state under every plan.
#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>

#include "controller/kube/config/config.hpp"
#include "test/faults/harness/await.hpp"
#include "test/faults/harness/example_controller.hpp"
#include "test/faults/harness/fault_proxy.hpp"
#include "test/faults/harness/injections.hpp"
#include "test/faults/harness/process_usage.hpp"
#include "test/faults/harness/settings.hpp"
#include "test/faults/harness/workload.hpp"
#include "test/integration/kube/cluster.hpp"

using namespace toolhive;

namespace {

using namespace toolhive::faults;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kPace = 15ms;          // between two steps of the workload
constexpr std::size_t kSteps = 80;    // at least
constexpr auto kPatience = 3s;        // in plans of silence
constexpr auto kLongest = 60s;        // until every rule has struck
constexpr e2e::Seconds kSettled{40};  // from the last change to the end
// requests beyond those that the workload causes: more is a hot loop
constexpr double kPerSecond = 40;
constexpr std::size_t kPerStep = 6;   // requests that a step causes at most: writes, tried again
constexpr std::size_t kAtRest = 10;   // requests in two seconds at rest, with impatient watches
constexpr int kIdle = 4;              // connections that a pool may keep open, or have opened anew
constexpr std::int64_t kGrowth = 24;  // MiB that may stay in the allocator's hands

// What the process holds once it has had a first controller.
const ProcessUsage& warm() {
  static const ProcessUsage usage = [] {
    {
      const test::Namespace ns;
      const auto server = test::client();
      FaultProxy proxy(log_folder("framework-warm"));
      ExampleController controller(proxy.kubeconfig(), ns.name(), 0s);
      await("a first sync", [&] { return controller.differs_from(*server); });
    }
    return process_usage(::getpid());
  }();
  return usage;
}

// cpprestsdk closes its connections a moment after their client is gone.
void comes_back_to(const ProcessUsage& before, std::int64_t growth) {
  await(
      "threads, descriptors and memory come back to " + before.to_string(),
      [&] {
        const ProcessUsage now = process_usage(::getpid());
        const bool back = now.threads <= before.threads && now.descriptors <= before.descriptors + kIdle &&
                          now.resident_kib <= before.resident_kib + growth * 1024;
        return back ? std::string() : now.to_string();
      },
      e2e::Seconds(10));
}

void come_to_the_state(const std::string& plan, std::chrono::seconds patience) {
  const test::Namespace ns;
  const auto server = test::client();
  Workload workload(*server, ns.name(), settings().random("workload of " + plan));
  FaultProxy proxy(log_folder("framework-" + plan));
  proxy.load_plan(plan);
  const auto start = Clock::now();
  ExampleController controller(proxy.kubeconfig(), ns.name(), patience);
  while (workload.steps() < kSteps || (!unused_rules(proxy).empty() && Clock::now() - start < kLongest)) {
    workload.step();
    std::this_thread::sleep_for(kPace);
  }
  await(
      "caches, handlers and Secrets are as the API server has it",
      [&] { return controller.differs_from(*server); }, kSettled);
  CHECK_MESSAGE(unused_rules(proxy).empty(), unused_rules(proxy));

  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const std::size_t requests = proxy.requests();
  progress("framework, " + plan + ": " + std::to_string(strikes(proxy)) + " faults, " +
           std::to_string(workload.steps()) + " changes, " + std::to_string(requests) +
           " requests, settled after " + std::to_string(std::lround(seconds)) + " s");
  CHECK(requests < 60 + kPerStep * workload.steps() + static_cast<std::size_t>(kPerSecond * seconds));

  proxy.break_nothing();
  std::this_thread::sleep_for(2s);
  CHECK(proxy.writes().empty());
  CHECK(proxy.requests() <= kAtRest);
  CHECK(controller.differs_from(*server) == "");
}

void framework_survives(const std::string& plan, std::chrono::seconds patience = 0s) {
  const ProcessUsage before = warm();
  come_to_the_state(plan, patience);
  comes_back_to(before, kGrowth);
}

TEST_SUITE_BEGIN("framework");

// The plans that have a test below.
std::set<std::string>& listed() {
  static std::set<std::string> names;
  return names;
}

// Notes the plan, and says whether this run tries it.
bool tried(const std::string& plan) {
  listed().insert(plan);
  return framework_tries(plan);
}

#define FRAMEWORK(plan, ...)                                                                               \
  TEST_CASE("the framework comes to the API server's state: " plan* doctest::skip(!tried(plan ".yaml"))) { \
    framework_survives(plan ".yaml" __VA_OPT__(, ) __VA_ARGS__);                                           \
  }

FRAMEWORK("cut-watches")
FRAMEWORK("delayed-requests")
FRAMEWORK("dropped-requests")
FRAMEWORK("duplicated-frames")
FRAMEWORK("everything")
FRAMEWORK("expired-watches")
FRAMEWORK("forbidden")
FRAMEWORK("frozen-watch", kPatience)
FRAMEWORK("gone")
FRAMEWORK("lost-responses")
FRAMEWORK("server-errors")
FRAMEWORK("slow-frames")
FRAMEWORK("split-characters")
FRAMEWORK("split-frames")
FRAMEWORK("throttled")
FRAMEWORK("time-travel")
FRAMEWORK("truncated-frames")
FRAMEWORK("unanswered-watches", kPatience)
FRAMEWORK("unanswered-writes", kPatience)

TEST_CASE("every plan of the folder is run here") {
  for (const std::string& plan : plans()) {
    CHECK_MESSAGE(listed().contains(plan), plan << " has no FRAMEWORK line");
  }
}

TEST_CASE("streams that break leave no thread, no descriptor and no memory behind") {
  const test::Namespace ns;
  const auto server = test::client();
  REQUIRE(server->apply({}, test::kConfigMap, test::config_map(ns.name(), "a", "Zoë")).ok());
  FaultProxy proxy(log_folder("framework-streams"));
  const auto client = test::client(*kube::load_kubeconfig({proxy.kubeconfig()}));
  const auto break_streams = [&](const char* fault, int count) {
    const Json plan = {
        {"description", fault},
        {"rules", Json::array({{{"match", {{"watch", true}}}, {"fault", {{fault, {{"after", 1}}}}}}})}};
    proxy.set_plan(plan);
    for (int i = 0; i < count; ++i) {
      kube::WatchOptions options;
      options.ns = ns.name();
      options.send_initial_events = true;
      auto watch = client->watch({}, test::kConfigMap, options);
      REQUIRE_MESSAGE(watch.ok(), watch.status());
      while ((*watch)->next(Context{}.with_timeout(10s)).ok()) continue;
    }
    CHECK(strikes(proxy) == static_cast<std::size_t>(count));
  };
  break_streams("cut", 50);
  const ProcessUsage before = process_usage(::getpid());
  break_streams("cut", 150);
  break_streams("truncate", 150);
  break_streams("expire", 150);
  comes_back_to(before, 4);
}

TEST_SUITE_END();

}  // namespace
