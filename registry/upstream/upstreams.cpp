#include "registry/upstream/upstreams.hpp"

#include <utility>

namespace toolhive::registry::upstream {
namespace {

constexpr std::chrono::seconds kForgetRetry{10};

}  // namespace

Upstreams::Upstreams(std::vector<UpstreamSettings> settings, IntakeRules rules, Store& store,
                     std::unique_ptr<ReplicaTurn> turn, Clock& clock, const OpenSource& open_source)
    : store_(store), turn_(std::move(turn)), clock_(clock) {
  std::vector<std::string> names;
  for (auto& each : settings) {
    names.push_back(each.name);
    pollers_.push_back(
        std::make_unique<Poller>(std::move(each), PollerShared{rules, store_, *turn_, clock_, open_source}));
  }
  forgetting_ = std::jthread(
      [this, names = std::move(names)](const std::stop_token& stop) { forget_others(names, stop); });
}

Upstreams::~Upstreams() {
  // All at once, before each is waited for.
  for (auto& each : pollers_) each->request_stop();
  forgetting_.request_stop();
}

std::vector<UpstreamFigures> Upstreams::figures() const {
  std::vector<UpstreamFigures> out;
  for (const auto& each : pollers_) out.push_back(each->figures());
  return out;
}

void Upstreams::forget_others(const std::vector<std::string>& names, const std::stop_token& stop) {
  // Mostly there are none, and nobody has to be asked whose turn it is.
  while (has_forgotten(names, *store_.snapshot())) {
    const auto mine = turn_->mine();
    if (mine.ok() && *mine && mark_forgotten(names, store_)) return;
    if (!sleep_for(clock_, kForgetRetry, stop)) return;
  }
}

}  // namespace toolhive::registry::upstream
