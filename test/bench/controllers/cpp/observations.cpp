#include "test/bench/controllers/cpp/observations.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace toolhive::bench {

namespace {
std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}
}  // namespace

void Observations::reconciled() {
  const std::uint64_t passes = ++passes_;
  if (passes == expected_) say(R"({"event":"settled"})");
  const std::lock_guard lock(mutex_);
  if (awaited_ != 0 && passes >= awaited_) passed_.notify_all();
}

void Observations::changed(const std::string& sent) {
  const std::int64_t at = now();
  const std::int64_t since = std::strtoll(sent.c_str(), nullptr, 10);
  bool complete = false;
  {
    const std::lock_guard lock(mutex_);
    if (collecting_since_ == 0 || since < collecting_since_) return;
    latencies_.push_back(at - since);
    complete = latencies_.size() == expected_changes_;
  }
  if (complete) report_changes();
}

void Observations::collect_changes(std::size_t expected) {
  {
    const std::lock_guard lock(mutex_);
    latencies_.clear();
    latencies_.reserve(expected);
    expected_changes_ = expected;
    collecting_since_ = now();
  }
  say(R"({"event":"collecting"})");
}

void Observations::report_changes() {
  std::string line = R"({"event":"changes","latencies":[)";
  {
    const std::lock_guard lock(mutex_);
    collecting_since_ = 0;
    for (const std::int64_t latency : latencies_) {
      if (line.back() != '[') line += ',';
      line += std::to_string(latency);
    }
  }
  say(line + "]}");
}

void Observations::wait_for_passes(std::uint64_t count) {
  std::unique_lock lock(mutex_);
  awaited_ = count;
  passed_.wait(lock, [&] { return passes_ >= count; });
  awaited_ = 0;
}

void Observations::say(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace toolhive::bench
