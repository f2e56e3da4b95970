// Settings: what of all there is to try a run tries, and where it finds things.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace toolhive::faults {

struct Settings {
  std::uint64_t seed;  // FAULTS_SEED, else random
  std::optional<std::size_t>
      sample;     // FAULTS_SAMPLE: how many plans, and crash points per scenario; else all
  unsigned jobs;  // FAULTS_JOBS: scenarios that run side by side

  // The same for the same seed and purpose, whatever else was random before.
  std::mt19937_64 random(std::string_view purpose) const;
};
// Read from the environment once.
const Settings& settings();

// The files in test/faults/plans, sorted.
const std::vector<std::string>& plans();
// Whether the operator waits for half a minute and more each time that the plan strikes.
bool is_slow(const std::string& plan);
// Whether this run tries the plan, with the framework or with the operator: in a sample the
// operator, which takes longer, gets one plan.
bool framework_tries(const std::string& plan);
bool operator_tries(const std::string& plan);
// Whether this run leads the operator through the life: in a sample one of them, not that of
// data.
bool tries_life(const std::string& life);
// Whether this run tries the crash points of the scenario: in a sample two of them, none that takes
// long.
bool tries_scenario(const std::string& scenario);

// A file or folder of the source tree.
std::string source_path(std::string_view relative);
// A program of this build.
std::string program_path(std::string_view name);
// For the logs of one test or crash point, emptied.
std::string log_folder(const std::string& name);

// Like the lines of test/run.sh that are shown while a suite runs.
void progress(const std::string& line);

}  // namespace toolhive::faults
