#include "controller/operator/discovery/carry_out.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/log.hpp"
#include "crds/mcptool.hpp"

namespace toolhive {

namespace {

// Nobody's foreground deletion waits: that would take a right on finalizers of others' resources.
runtime::Applier::Options owned_lightly() {
  runtime::Applier::Options options;
  options.blocks_owner = false;
  return options;
}

class DiscoveryWriter {
 public:
  DiscoveryWriter(const Context& ctx, kube::Client& client, runtime::Applier& applier,
                  const DiscoveryPlan& plan)
      : outcome{.refused = plan.refused, .counts = plan.counts, .failed = {}, .retry = {}},
        ctx_(ctx),
        client_(client),
        applier_(applier) {}

  void apply(const DiscoveryPlan::Tool& tool) {
    if (is_away()) return;
    const Status written =
        applier_.apply(ctx_, mcptool_type(), tool.owner, *tool.intent, owned_lightly()).status();
    if (written.code() == Code::NameTaken) return refuse_it(tool, "NameTaken", written);
    if (written.code() == Code::Invalid) return refuse_it(tool, "Refused", written);
    sort(written);
  }

  void remove(const kube::Object& tool) {
    if (is_away()) return;
    log(LogLevel::Info, "nothing speaks for a discovered server any more, and its MCPTool is deleted",
        {{"mcptool", tool.key().to_string()}});
    const Status removed =
        client_.remove(ctx_, mcptool_type(), tool.key(),
                       {.uid = std::string(tool.meta().uid), .resource_version = {}, .propagation = {}});
    // Conflict: another has taken the name since.
    if (removed.code() != Code::NotFound && removed.code() != Code::Conflict) sort(removed);
  }

  DiscoveryOutcome outcome;

 private:
  bool is_away() const { return !outcome.retry.ok() && outcome.retry.code() != Code::Conflict; }

  void refuse_it(const DiscoveryPlan::Tool& tool, const char* reason, const Status& why) {
    DiscoveryCount& count = outcome.counts[tool.source];
    --count.servers;
    ++count.refused;
    outcome.refused.push_back({tool.source, tool.owner, reason, why.message()});
  }

  void sort(const Status& error) {
    if (error.ok()) return;
    if (error.code() == Code::Forbidden) {
      if (outcome.failed.empty()) outcome.failed = error.message();
    } else if (outcome.retry.ok() || error.code() != Code::Conflict) {
      outcome.retry = error;
    }
  }

  const Context& ctx_;
  kube::Client& client_;
  runtime::Applier& applier_;
};

}  // namespace

DiscoveryOutcome carry_out(const Context& ctx, kube::Client& client, runtime::Applier& applier,
                           const DiscoveryPlan& plan) {
  DiscoveryWriter writer(ctx, client, applier, plan);
  // First, so that what is withdrawn stands in nobody's way.
  for (const kube::Object& tool : plan.remove) writer.remove(tool);
  for (const DiscoveryPlan::Tool& tool : plan.apply) writer.apply(tool);
  return std::move(writer.outcome);
}

}  // namespace toolhive
