// The operator comes to the end of the undisturbed run under every plan, without a hot loop or a
// leak, and makes nothing twice.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/faults/harness/await.hpp"
#include "test/faults/harness/crash_points.hpp"
#include "test/faults/harness/end_state.hpp"
#include "test/faults/harness/environment.hpp"
#include "test/faults/harness/injections.hpp"
#include "test/faults/harness/scenario.hpp"
#include "test/faults/harness/settings.hpp"
#include "test/faults/harness/side_by_side.hpp"

using namespace toolhive;

namespace {

using namespace toolhive::faults;

constexpr e2e::Seconds kBound{300};
constexpr double kPerSecond = 15;           // requests: more is a hot loop
constexpr std::size_t kBase = 400;          // requests beyond those of the undisturbed run
constexpr std::int64_t kGrowth = 16 << 10;  // KiB
constexpr int kIdle = 4;                    // connections that a pool may keep open
// Half a minute after a call its connection to a registry is closed, and some passes come each minute.
constexpr e2e::Seconds kComesBack{90};
constexpr std::size_t kStepsOfSlowPlan = 4;

struct Undisturbed {
  Json end_state;
  ProcessUsage usage;
  std::map<std::string, int> made;
  std::size_t watches = 0;
  std::size_t requests = 0;
};

Undisturbed undisturbed(const Life& life) {
  Environment environment("operator-undisturbed-" + life.name);
  environment.op().start();
  environment.run(life.steps, kBound);
  Undisturbed result;
  result.end_state = environment.lasting_end_state(kBound);
  result.usage = environment.op().usage();
  for (const auto& [path, count] : environment.proxy().made())
    result.made[general_path(path, environment.ns())] = count;
  result.watches = environment.proxy().open_watches();
  result.requests = environment.proxy().requests();
  progress("operator, " + life.name + " undisturbed: " + std::to_string(result.requests) + " requests, " +
           std::to_string(result.watches) + " watches, " + result.usage.to_string());
  environment.run(life.deletion, kBound);
  return result;
}

// The plan begins again at each step, so that each meets it; a slow one at some.
void lead_through(Environment& environment, const Life& life, const std::string& plan) {
  const std::size_t between = is_slow(plan) ? kStepsOfSlowPlan : 1;
  for (std::size_t i = 0; i < life.steps.size(); ++i) {
    if (i != 0 && i % between == 0) environment.proxy().repeat_plan();
    environment.run({life.steps[i]}, kBound);
  }
}

bool fits(const ProcessUsage& usage, const ProcessUsage& wanted) {
  return usage.threads <= wanted.threads && usage.resident_kib <= wanted.resident_kib + kGrowth &&
         usage.descriptors <= wanted.descriptors + kIdle;
}

// What went wrong, a line for each; empty when nothing did.
std::string survives(const Life& life, const std::string& plan, const Undisturbed& wanted) {
  Environment environment("operator-" + life.name + "-" + plan);
  environment.proxy().load_plan(plan);
  const auto start = std::chrono::steady_clock::now();
  environment.op().start();
  lead_through(environment, life, plan);
  environment.await_end_state(wanted.end_state, kBound);
  await(
      "as many watches as undisturbed, which are " + std::to_string(wanted.watches),
      [&]() -> std::string {
        const std::size_t open = environment.proxy().open_watches();
        return open == wanted.watches ? "" : std::to_string(open) + " are open";
      },
      kBound);
  ProcessUsage usage;
  await(
      "it uses what it does undisturbed, " + wanted.usage.to_string(),
      [&] {
        usage = environment.op().usage();
        return fits(usage, wanted.usage) ? std::string() : usage.to_string();
      },
      kComesBack);
  // A Registry that is deleted takes its operands with it, some of which an operator may make anew
  // that has not heard of it: those go as well.
  std::string wrong = made_again(environment.proxy().made(), environment.ns(), wanted.made);
  environment.run(life.deletion, kBound);

  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::size_t requests = environment.proxy().requests();
  progress("operator, " + life.name + ", " + plan + ": same end, " +
           std::to_string(strikes(environment.proxy())) + " faults, " + std::to_string(requests) +
           " requests in " + std::to_string(std::lround(seconds)) + " s, " + usage.to_string());
  wrong += unused_rules(environment.proxy());
  if (requests >= kBase + wanted.requests + static_cast<std::size_t>(kPerSecond * seconds))
    wrong += "a hot loop: so many requests\n";
  return wrong;
}

void try_plans(const std::string& name) {
  const Life& life = faults::life(name);
  const Undisturbed wanted = undisturbed(life);
  std::vector<std::string> tried;
  for (const std::string& plan : plans())
    if (operator_tries(plan)) tried.push_back(plan);
  std::vector<std::string> wrong(tried.size());
  side_by_side(settings().jobs, tried.size(), [&](std::size_t i) {
    try {
      wrong[i] = survives(life, tried[i], wanted);
    } catch (const std::exception& error) {
      wrong[i] = error.what();
    }
  });
  std::size_t failed = 0;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    if (!wrong[i].empty()) ++failed;
    CHECK_MESSAGE(wrong[i].empty(), tried[i] << ": " << wrong[i] << "\nlogs: test-logs/faults/operator-"
                                             << life.name << "-" << tried[i]);
  }
  progress("operator, " + life.name + ": " + std::to_string(tried.size()) + " plans tried of " +
           std::to_string(plans().size()) + ", " + std::to_string(failed) + " differences");
}

TEST_SUITE_BEGIN("operator");

TEST_CASE("the operator comes to the same end of a life of servers under every plan" *
          doctest::skip(!tries_life("of-servers"))) {
  try_plans("of-servers");
}
TEST_CASE("the operator comes to the same end of a life of data under every plan" *
          doctest::skip(!tries_life("of-data"))) {
  try_plans("of-data");
}
TEST_CASE("the operator comes to the same end of a life of growth under every plan" *
          doctest::skip(!tries_life("of-growth"))) {
  try_plans("of-growth");
}

TEST_SUITE_END();

}  // namespace
