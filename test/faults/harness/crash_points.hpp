// Crash points: the moments just before and just after a write of the operator. After Sieve (Sun et
// al., "Automatic Reliability Testing for Cluster Management Controllers", OSDI 2022).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "test/faults/harness/scenario.hpp"

namespace toolhive::faults {

struct CrashPoint {
  std::string method;
  std::string path;  // with "{ns}" for the namespace
  int nth = 1;       // of the writes with this method and path, from 1
  bool after = false;

  std::string to_string() const;  // "after PATCH /api/v1/namespaces/{ns}/services/mcp-registry #1"
};

// An undisturbed run.
struct Reference {
  nlohmann::json end_state;
  std::vector<CrashPoint> points;  // both of each write, in the order of the writes
};
// Throws std::runtime_error when the run does not come to its end.
Reference learn(const Scenario& scenario);

struct Outcome {
  enum class Kind { Same, Different, NotReached } kind = Kind::Same;
  std::string difference;  // what differs, and where the logs are
  double seconds = 0;      // from the restart to the end state, at rest
};
// Runs the scenario, kills the operator at the point, starts it again, and compares where it ends.
// A write that was seen in the undisturbed run need not come again, because the operator writes
// what it sees: then the point is NotReached.
Outcome crash(const Scenario& scenario, const Reference& reference, const CrashPoint& point,
              const std::string& log_name);

}  // namespace toolhive::faults
