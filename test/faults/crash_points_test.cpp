// The operator is killed at each of its writes, started again, and has to come to the end of the
// undisturbed run.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <string>
#include <vector>

#include "test/faults/harness/crash_points.hpp"
#include "test/faults/harness/settings.hpp"
#include "test/faults/harness/side_by_side.hpp"

namespace {

using namespace toolhive::faults;

std::vector<CrashPoint> chosen_points(const std::string& name, std::vector<CrashPoint> points) {
  if (!settings().sample) return points;
  std::mt19937_64 random = settings().random("points of " + name);
  std::shuffle(points.begin(), points.end(), random);
  points.resize(std::min(points.size(), *settings().sample));
  return points;
}

void try_points(const std::string& name) {
  const Reference reference = learn(scenario(name));
  REQUIRE_FALSE(reference.points.empty());
  const std::vector<CrashPoint> points = chosen_points(name, reference.points);
  std::vector<Outcome> outcomes(points.size());
  std::mutex mutex;
  side_by_side(settings().jobs, points.size(), [&](std::size_t i) {
    try {
      outcomes[i] = crash(scenario(name), reference, points[i], name + "-" + std::to_string(i));
    } catch (const std::exception& error) {
      outcomes[i] = {Outcome::Kind::Different, error.what(), 0};
    }
    const std::lock_guard lock(mutex);
    const char* kinds[] = {"same end", "DIFFERENT", "not reached"};
    progress(name + " " + std::to_string(i + 1) + "/" + std::to_string(points.size()) + " killed " +
             points[i].to_string() + ": " + kinds[static_cast<int>(outcomes[i].kind)]);
  });

  int tried = 0;
  int different = 0;
  double slowest = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (outcomes[i].kind != Outcome::Kind::NotReached) ++tried;
    if (outcomes[i].kind == Outcome::Kind::Different) ++different;
    slowest = std::max(slowest, outcomes[i].seconds);
    CHECK_MESSAGE(outcomes[i].kind != Outcome::Kind::Different,
                  "killed " << points[i].to_string() << ": " << outcomes[i].difference);
  }
  progress(name + ": " + std::to_string(tried) + " crash points tried of " +
           std::to_string(reference.points.size()) + ", " + std::to_string(points.size() - tried) +
           " not reached again, " + std::to_string(different) + " differences; settled after at most " +
           std::to_string(std::lround(slowest)) + " s");
  CHECK_MESSAGE(tried > 0, "no write of the undisturbed run came again");
}

TEST_SUITE_BEGIN("crash points");

TEST_CASE("killed at any write of a creation, the operator comes to the same end" *
          doctest::skip(!tries_scenario("create"))) {
  try_points("create");
}
TEST_CASE("killed at any write of a change, the operator comes to the same end" *
          doctest::skip(!tries_scenario("change"))) {
  try_points("change");
}
TEST_CASE("killed at any write while it scales, the operator comes to the same end" *
          doctest::skip(!tries_scenario("scale"))) {
  try_points("scale");
}
TEST_CASE("killed at any write of a deletion, the operator comes to the same end" *
          doctest::skip(!tries_scenario("delete"))) {
  try_points("delete");
}
TEST_CASE("killed at any write while a server is deployed, the operator comes to the same end" *
          doctest::skip(!tries_scenario("deploy"))) {
  try_points("deploy");
}
TEST_CASE("killed at any write while a server is deployed again, the operator comes to the same end" *
          doctest::skip(!tries_scenario("redeploy"))) {
  try_points("redeploy");
}
TEST_CASE("killed at any write while a change is held and approved, the operator comes to the same end" *
          doctest::skip(!tries_scenario("hold"))) {
  try_points("hold");
}
TEST_CASE(
    "killed at any write while the tools of a server are withdrawn, the operator comes to the same end" *
    doctest::skip(!tries_scenario("withdraw"))) {
  try_points("withdraw");
}
TEST_CASE(
    "killed at any write of the creation of a Registry with everything, the operator comes to the same end" *
    doctest::skip(!tries_scenario("equip"))) {
  try_points("equip");
}
TEST_CASE("killed at any write while files are moved to a database, the operator comes to the same end" *
          doctest::skip(!tries_scenario("move"))) {
  try_points("move");
}
TEST_CASE("killed at any write while replicas come and go, the operator comes to the same end" *
          doctest::skip(!tries_scenario("spread"))) {
  try_points("spread");
}
TEST_CASE("killed at any write while it hibernates and wakes, the operator comes to the same end" *
          doctest::skip(!tries_scenario("hibernate"))) {
  try_points("hibernate");
}
TEST_CASE("killed at any write while a server is discovered and lost, the operator comes to the same end" *
          doctest::skip(!tries_scenario("discover"))) {
  try_points("discover");
}
TEST_CASE("killed at any write while upstreams come and go, the operator comes to the same end" *
          doctest::skip(!tries_scenario("upstream"))) {
  try_points("upstream");
}
TEST_CASE("killed at any write of a backup and its deletion, the operator comes to the same end" *
          doctest::skip(!tries_scenario("backup"))) {
  try_points("backup");
}
TEST_CASE("killed at any write of scheduled backups, the operator comes to the same end" *
          doctest::skip(!tries_scenario("schedule"))) {
  try_points("schedule");
}
TEST_CASE("killed at any write of a restore, the operator comes to the same end" *
          doctest::skip(!tries_scenario("restore"))) {
  try_points("restore");
}

TEST_SUITE_END();

}  // namespace
