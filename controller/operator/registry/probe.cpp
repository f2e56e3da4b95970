#include "controller/operator/registry/probe.hpp"

#include <algorithm>
#include <chrono>

namespace toolhive {

namespace {
constexpr std::chrono::seconds kKeep{2};
constexpr std::chrono::seconds kLongest{60};
constexpr int kToldFailures = 3;

// What a registry that has just started does not answer yet it will answer in a moment; one that is
// broken is not worth a request every two seconds.
Duration patience(int failures) {
  return std::min<Duration>(kLongest, kKeep * (1 << std::min(failures - 1, 10)));
}
}  // namespace

ServiceProbe::Answer ServiceProbe::ask(const Context& ctx, const kube::Key& registry,
                                       const RegistryEndpoint& endpoint) {
  const TimePoint now = ctx.clock.now();
  {
    std::lock_guard lock(mutex_);
    const auto kept = kept_.find(registry);
    if (kept != kept_.end() && now - kept->second.at < kKeep) {
      Answer answer = kept->second.answer;
      answer.ask_again = kept->second.at + kKeep - now;
      return answer;
    }
  }
  Answer answer;
  auto api = access_.open(registry, endpoint);
  if (api.ok()) {
    auto report = (*api)->report(ctx);
    if (report.ok())
      answer.report = *report;
    else
      answer.error = report.status();
  } else {
    answer.error = api.status();
  }
  // It waits for others: nothing is known to be wrong with it.
  if (answer.error.code() == Code::Busy) return Answer{.report = {}, .error = {}, .ask_again = kKeep};
  std::lock_guard lock(mutex_);
  Kept& kept = kept_[registry];
  const int failures = answer.error.ok() ? 0 : kept.failures + 1;
  if (failures > 0) answer.ask_again = patience(failures);
  if (failures < kToldFailures) answer.error = {};
  kept = {now, answer, failures};
  return answer;
}

void ServiceProbe::forget(const kube::Key& registry) {
  std::lock_guard lock(mutex_);
  kept_.erase(registry);
}

}  // namespace toolhive
