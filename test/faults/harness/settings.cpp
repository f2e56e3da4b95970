#include "test/faults/harness/settings.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <set>

namespace toolhive::faults {
namespace fs = std::filesystem;
namespace {

std::optional<std::uint64_t> number(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::strtoull(value, nullptr, 10);
}

// `count` of `all`, at random; all without a sample.
bool chosen(const std::string& name, std::vector<std::string> all, std::size_t count,
            std::string_view purpose) {
  if (!settings().sample) return true;
  std::mt19937_64 random = settings().random(purpose);
  std::shuffle(all.begin(), all.end(), random);
  all.resize(std::min(all.size(), count));
  return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace

std::mt19937_64 Settings::random(std::string_view purpose) const {
  std::seed_seq words{seed, seed >> 32, static_cast<std::uint64_t>(std::hash<std::string_view>{}(purpose))};
  return std::mt19937_64(words);
}

const Settings& settings() {
  static const Settings read{
      .seed = number("FAULTS_SEED").value_or(std::random_device{}()),
      .sample = number("FAULTS_SAMPLE"),
      .jobs = static_cast<unsigned>(std::clamp<std::uint64_t>(number("FAULTS_JOBS").value_or(3), 1, 16)),
  };
  return read;
}

const std::vector<std::string>& plans() {
  static const std::vector<std::string> found = [] {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(source_path("test/faults/plans")))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }();
  return found;
}

bool framework_tries(const std::string& plan) {
  return chosen(plan, plans(), settings().sample.value_or(0), "framework");
}

bool is_slow(const std::string& plan) {
  static const std::set<std::string> kSlow = {"frozen-watch.yaml", "throttled.yaml",
                                              "unanswered-watches.yaml", "unanswered-writes.yaml"};
  return kSlow.contains(plan);
}

bool operator_tries(const std::string& plan) {
  if (!settings().sample) return true;
  std::vector<std::string> quick = plans();
  std::erase_if(quick, is_slow);
  return chosen(plan, quick, 1, "operator");
}

bool tries_life(const std::string& life) {
  // It waits for the next minute.
  if (life == "of-data") return !settings().sample;
  return chosen(life, {"of-servers", "of-growth"}, 1, "lives");
}

bool tries_scenario(const std::string& scenario) {
  // A schedule waits for the next minute, and what comes before the others takes longer than they
  // do.
  static const std::set<std::string> kLong = {"schedule", "restore", "spread", "upstream"};
  static const std::vector<std::string> kQuick = {"create",   "change", "scale",    "delete", "deploy",
                                                  "redeploy", "hold",   "withdraw", "equip",  "move",
                                                  "discover", "backup", "hibernate"};
  if (kLong.contains(scenario)) return !settings().sample;
  return chosen(scenario, kQuick, 2, "scenarios");
}

std::string source_path(std::string_view relative) {
  return std::string(TOOLHIVE_SOURCE_DIR "/").append(relative);
}

std::string program_path(std::string_view name) {
  return (fs::read_symlink("/proc/self/exe").parent_path() / name).string();
}

std::string log_folder(const std::string& name) {
  const fs::path folder =
      fs::path(program_path("")).parent_path().parent_path() / "test-logs" / "faults" / name;
  fs::remove_all(folder);
  fs::create_directories(folder);
  return folder.string();
}

void progress(const std::string& line) {
  static const auto start = std::chrono::steady_clock::now();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::printf("[%5.1f s] %s\n", elapsed.count(), line.c_str());
  std::fflush(stdout);
}

}  // namespace toolhive::faults
