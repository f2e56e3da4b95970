#include "controller/operator/registry/probe.hpp"

#include <chrono>

namespace toolhive {

namespace {
constexpr std::chrono::seconds kKeep{2};
}

ServiceProbe::Answer ServiceProbe::ask(const kube::Context& ctx, const kube::Key& registry) {
  const kube::TimePoint now = ctx.clock.now();
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
  auto api = access_.open(registry);
  if (api.ok()) {
    auto report = (*api)->report(ctx);
    if (report.ok())
      answer.report = *report;
    else
      answer.error = report.status();
  } else {
    answer.error = api.status();
  }
  std::lock_guard lock(mutex_);
  kept_[registry] = {now, answer};
  return answer;
}

void ServiceProbe::forget(const kube::Key& registry) {
  std::lock_guard lock(mutex_);
  kept_.erase(registry);
}

}  // namespace toolhive
