#include "test/faults/harness/crash_points.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <utility>

#include "test/faults/harness/environment.hpp"
#include "test/faults/harness/settings.hpp"

using namespace toolhive;

namespace toolhive::faults {

namespace {

constexpr const char* kNamespace = "{ns}";
// The Job that deletes a backup goes before the finalizer that it is for: killed in between, the
// operator makes it once more, and it finds nothing to delete.
constexpr const char* kDeleting = "/delete-backup-";
// What else differs in every run, as a placeholder and a regular expression.
struct Varying {
  const char* placeholder;
  const char* pattern;
};
constexpr Varying kVarying[] = {
    {"{uid}", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"},
    {"{run}", "mcp-registry-[0-9]{12}"},
    {"{found}", "rain-[0-9a-f]{10}"},
};
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
  std::string path = replaced(quoted(point.path), quoted(kNamespace), ns);
  for (const Varying& varying : kVarying)
    path = replaced(std::move(path), quoted(varying.placeholder), varying.pattern);
  std::string pattern("^");
  pattern.append(path).append("$");
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
  const std::regex wanted(scenario.points);
  std::map<std::pair<std::string, std::string>, int> seen;
  for (const LogEntry& write : environment.proxy().writes()) {
    if (!std::regex_search(write.path, wanted)) continue;
    CrashPoint point{write.method, general_path(write.path, environment.ns()), 0, false};
    point.nth = ++seen[{point.method, point.path}];
    reference.points.push_back(point);
    point.after = true;
    reference.points.push_back(point);
  }
  reference.end_state = environment.lasting_end_state();
  for (const auto& [path, count] : environment.proxy().made())
    reference.made[general_path(path, environment.ns())] = count;
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
    std::map<std::string, int> made = environment.proxy().made();
    std::erase_if(made, [](const auto& entry) { return entry.first.find(kDeleting) != std::string::npos; });
    outcome.difference = made_again(made, environment.ns(), reference.made);
    if (!outcome.difference.empty()) outcome.kind = Outcome::Kind::Different;
    if (crashed)
      outcome.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - restarted).count();
  } catch (const std::exception& error) {
    outcome.kind = Outcome::Kind::Different;
    outcome.difference.append(error.what()).append("\nlogs: test-logs/faults/").append(log_name);
  }
  return outcome;
}

std::string general_path(const std::string& path, const std::string& ns) {
  std::string general = replaced(path, ns, kNamespace);
  for (const Varying& varying : kVarying)
    general = std::regex_replace(general, std::regex(varying.pattern), varying.placeholder);
  return general;
}

std::string made_again(const std::map<std::string, int>& made, const std::string& ns,
                       const std::map<std::string, int>& undisturbed) {
  std::string lines;
  for (const auto& [path, count] : made) {
    const auto known = undisturbed.find(general_path(path, ns));
    const int usual = known == undisturbed.end() ? 1 : known->second;
    if (count > usual) lines += path + " was made " + std::to_string(count) + " times\n";
  }
  return lines;
}

}  // namespace toolhive::faults
