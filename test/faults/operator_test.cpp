// The operator comes to the end of the undisturbed run under every plan.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

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
constexpr std::size_t kBase = 400;          // requests that the undisturbed run stays well below
constexpr std::int64_t kGrowth = 16 << 10;  // KiB

struct Undisturbed {
  Json end_state;
  ProcessUsage usage;
};

Undisturbed undisturbed() {
  Environment environment("operator-undisturbed");
  environment.op().start();
  environment.run(whole_life().steps, kBound);
  Undisturbed result{environment.lasting_end_state(kBound), environment.op().usage()};
  progress("operator, undisturbed: " + std::to_string(environment.proxy().requests()) + " requests, " +
           result.usage.to_string());
  return result;
}

// What went wrong, a line for each; empty when nothing did.
std::string survives(const std::string& plan, const Undisturbed& wanted) {
  Environment environment("operator-" + plan);
  environment.proxy().load_plan(plan);
  const auto start = std::chrono::steady_clock::now();
  environment.op().start();
  environment.run(whole_life().steps, kBound);
  environment.await_end_state(wanted.end_state, kBound);
  const ProcessUsage usage = environment.op().usage();
  environment.run(deletion(), kBound);

  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::size_t requests = environment.proxy().requests();
  progress("operator, " + plan + ": same end, " + std::to_string(strikes(environment.proxy())) + " faults, " +
           std::to_string(requests) + " requests in " + std::to_string(std::lround(seconds)) + " s, " +
           usage.to_string());
  std::string wrong = unused_rules(environment.proxy());
  if (requests >= kBase + static_cast<std::size_t>(kPerSecond * seconds))
    wrong += "a hot loop: so many requests\n";
  if (usage.threads > wanted.usage.threads || usage.resident_kib > wanted.usage.resident_kib + kGrowth)
    wrong += "undisturbed it has " + wanted.usage.to_string() + ", with faults " + usage.to_string() + "\n";
  return wrong;
}

TEST_SUITE_BEGIN("operator");

TEST_CASE("the operator comes to the same end under every plan, without a hot loop or a leak") {
  const Undisturbed wanted = undisturbed();
  std::vector<std::string> tried;
  for (const std::string& plan : plans())
    if (operator_tries(plan)) tried.push_back(plan);
  std::vector<std::string> wrong(tried.size());
  side_by_side(settings().jobs, tried.size(), [&](std::size_t i) {
    try {
      wrong[i] = survives(tried[i], wanted);
    } catch (const std::exception& error) {
      wrong[i] = error.what();
    }
  });
  std::size_t failed = 0;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    if (!wrong[i].empty()) ++failed;
    CHECK_MESSAGE(wrong[i].empty(),
                  tried[i] << ": " << wrong[i] << "\nlogs: test-logs/faults/operator-" << tried[i]);
  }
  progress("operator: " + std::to_string(tried.size()) + " plans tried of " + std::to_string(plans().size()) +
           ", " + std::to_string(failed) + " differences");
}

TEST_SUITE_END();

}  // namespace
