#include "test/faults/harness/crash_points.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>

#include "test/faults/harness/environment.hpp"
#include "test/faults/harness/settings.hpp"

using namespace toolhive;

namespace toolhive::faults {

namespace {

constexpr const char* kPlaceholder = "{ns}";
// An operator that looks once a minute at what it cannot watch needs that long at most.
constexpr e2e::Seconds kBound{150};

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
  return text;
}

std::string quoted(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view(".+*?()|[]{}^$\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

Json plan_for(const CrashPoint& point, const std::string& ns) {
  std::string pattern("^");
  pattern.append(quoted(replaced(point.path, kPlaceholder, ns))).append("$");
  return {
      {"description", "crash " + point.to_string()},
      {"rules", Json::array({{{"match",
                               {{"method", point.method},
                                {"path", pattern},
                                {"write", true},
                                {"nth", point.nth},
                                {"count", 1}}},
                              {"fault", {{"blackHole", {{"at", point.after ? "response" : "request"}}}}}}})}};
}

void start(Environment& environment, const Scenario& scenario) {
  environment.op().start();
  environment.await_rest();
  environment.run(scenario.before);
  if (!scenario.before.empty()) environment.await_rest();
}

}  // namespace

std::string CrashPoint::to_string() const {
  std::string text = after ? "after " : "before ";
  text.append(method).append(" ").append(path).append(" #").append(std::to_string(nth));
  return text;
}

Reference learn(const Scenario& scenario) {
  Environment environment("learn-" + scenario.name);
  start(environment, scenario);
  environment.proxy().break_nothing();  // the log begins anew
  environment.run(scenario.steps);
  environment.await_rest();
  Reference reference;
  std::map<std::pair<std::string, std::string>, int> seen;
  for (const LogEntry& write : environment.proxy().writes()) {
    CrashPoint point{write.method, replaced(write.path, environment.ns(), kPlaceholder), 0, false};
    point.nth = ++seen[{point.method, point.path}];
    reference.points.push_back(point);
    point.after = true;
    reference.points.push_back(point);
  }
  reference.end_state = environment.lasting_end_state();
  return reference;
}

Outcome crash(const Scenario& scenario, const Reference& reference, const CrashPoint& point,
              const std::string& log_name) {
  Environment environment(log_name);
  start(environment, scenario);
  environment.proxy().set_plan(plan_for(point, environment.ns()));
  bool crashed = false;
  std::chrono::steady_clock::time_point restarted;
  environment.on_wait([&] {
    if (crashed || !environment.proxy().struck(0)) return;
    crashed = true;
    environment.op().kill();
    environment.proxy().break_nothing();
    restarted = std::chrono::steady_clock::now();
    environment.op().start();
  });
  Outcome outcome;
  try {
    environment.run(scenario.steps, kBound);
    environment.await_end_state(reference.end_state, kBound);
    outcome.kind = crashed ? Outcome::Kind::Same : Outcome::Kind::NotReached;
    if (crashed)
      outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - restarted).count();
  } catch (const std::exception& error) {
    outcome.kind = Outcome::Kind::Different;
    outcome.difference.append(error.what()).append("\nlogs: test-logs/faults/").append(log_name);
  }
  return outcome;
}

}  // namespace toolhive::faults
