// Crash points: the moments just before and just after a write of the operator. After Sieve (Sun et
// al., "Automatic Reliability Testing for Cluster Management Controllers", OSDI 2022).
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/faults/harness/scenario.hpp"

namespace toolhive::faults {

struct CrashPoint {
  std::string method;
  std::string path;  // with "{ns}" for the namespace, and the like for what else differs in every run
  int nth = 1;       // of the writes with this method and path, from 1
  bool after = false;

  std::string to_string() const;  // "after PATCH /api/v1/namespaces/{ns}/services/mcp-registry #1"
};

// An undisturbed run.
struct Reference {
  nlohmann::json end_state;
  std::vector<CrashPoint> points;   // both of each write, in the order of the writes
  std::map<std::string, int> made;  // FaultProxy::made(), by paths as those of points
};
// Throws std::runtime_error when the run does not come to its end.
Reference learn(const Scenario& scenario);

struct Outcome {
  enum class Kind { Same, Different, NotReached } kind = Kind::Same;
  std::string difference;  // what differs, and where the logs are
  double seconds = 0;      // from the restart to the end state, at rest
};
// Runs the scenario, kills the operator at the point, starts it again, and compares where it ends,
// and that nothing was made more often. A write that was seen in the undisturbed run need not come
// again, because the operator writes what it sees: then the point is NotReached.
Outcome crash(const Scenario& scenario, const Reference& reference, const CrashPoint& point,
              const std::string& log_name);

// A path with placeholders for what differs in every run, as CrashPoint::path.
std::string general_path(const std::string& path, const std::string& ns);
// What was made more often than in an undisturbed run, where each object of a name that differs in
// every run is made once; a line for each, empty when nothing was.
std::string made_again(const std::map<std::string, int>& made, const std::string& ns,
                       const std::map<std::string, int>& undisturbed);

}  // namespace toolhive::faults
