#include "controller/operator/live/carry_out_offer.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <set>

#include "controller/base/time.hpp"
#include "controller/operator/live/offer_events.hpp"
#include "controller/operator/live/rename.hpp"
#include "controller/operator/live/selected_offer.hpp"
#include "controller/operator/live/tool_cases.hpp"
#include "controller/operator/live/tool_decision.hpp"
#include "controller/operator/live/tool_step.hpp"

namespace toolhive {

namespace {

// Tools that something is done about in one pass, so that it ends well before its deadline.
constexpr std::size_t kChangesPerPass = 200;

OfferRules rules_of(const Context& ctx, const OfferTask& task, const std::string& digest) {
  OfferRules rules;
  rules.mode = task.contract.mode;
  rules.approved = digest == task.contract.approved_digest || digest == task.approved;
  rules.trusted = task.before.digest.empty() && task.contract.trust_first;
  rules.as_before = task.before.generation == task.generation;
  rules.has_told = !task.before.digest.empty();
  rules.uid = task.manager.uid;
  rules.withdraw_after = std::chrono::seconds(task.tools.withdraw_after_seconds);
  rules.now = ctx.clock.wall();
  return rules;
}

// Names that are gone in this look, and what they are probably called now.
std::map<std::string, std::string> renames_among(const std::vector<ToolCase>& cases,
                                                 const std::string& prefix) {
  const auto short_name = [&](const std::string& name) {
    return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
  };
  std::vector<std::string> gone;
  std::vector<std::string> came;
  for (const ToolCase& tool : cases) {
    if (tool.offered && !tool.registered && !tool.remembered) came.push_back(short_name(tool.name));
    if (!tool.offered && tool.registered && !tool.registered->deprecated)
      gone.push_back(short_name(tool.name));
  }
  std::map<std::string, std::string> renames;
  for (const auto& [was, is] : probable_renames(gone, came)) renames[prefix + was] = prefix + is;
  return renames;
}

ConditionValue unavailable(const Status& why) {
  return ConditionValue::unknown("RegistryUnavailable", why.message());
}

ConditionValue in_progress(std::size_t done, std::size_t all) {
  return ConditionValue::unknown(
      "InProgress", std::to_string(done) + " of " + std::to_string(all) + " tools were looked at so far");
}

// What was told of tools that the pass did not come to. What is held of them is to be judged anew.
std::vector<LiveTool> lines_left(const OfferTask& task, const std::vector<ToolCase>& cases,
                                 std::size_t done) {
  std::vector<LiveTool> lines;
  for (std::size_t i = done; i < cases.size(); ++i) {
    if (!cases[i].remembered) continue;
    lines.push_back(*cases[i].remembered);
    if (lines.back().state == ToolState::Held && task.before.generation != task.generation)
      lines.back().contract_digest.clear();
  }
  return lines;
}

// A pass over an offer that is at hand.
class OfferPass {
 public:
  OfferPass(const Context& ctx, RegistryApi& registry, const OfferTask& task,
            const std::vector<RegistryEntry>& registered)
      : task_(task),
        selected_(select_tools(*task.offer, task.tools, task.prefix)),
        rules_(rules_of(ctx, task, selected_.digest)),
        cases_(tool_cases(task, selected_, registered)),
        renames_(renames_among(cases_, task.prefix)),
        steps_(ctx, registry, task, rules_, selected_.server_version, renames_) {}

  OfferOutcome run() {
    OfferOutcome outcome;
    std::size_t done = 0;
    while (done < cases_.size() && outcome.failure.ok() && !is_enough()) {
      outcome.failure = steps_.work_on(cases_[done]);
      if (outcome.failure.ok()) ++done;
    }
    outcome.unfinished = outcome.failure.ok() && done < cases_.size();
    outcome.wrote = steps_.changes.any_written();
    outcome.events = offer_events(task_.before, steps_.lines, steps_.changes, renames_);
    tell(outcome, done);
    return outcome;
  }

 private:
  bool is_enough() const {
    const ToolChanges& changes = steps_.changes;
    return changes.registered.size() + changes.held.size() + changes.deprecated.size() +
               changes.restored.size() + changes.withdrawn.size() >=
           kChangesPerPass;
  }

  void tell(OfferOutcome& outcome, std::size_t done) const {
    OfferReport& report = outcome.report;
    report.manager = task_.manager;
    report.tools = steps_.lines;
    std::ranges::copy(lines_left(task_, cases_, done), std::back_inserter(report.tools));
    std::ranges::copy(selected_.rejected, std::back_inserter(report.tools));
    std::ranges::sort(report.tools, {}, &LiveTool::name);
    report.offered = selected_.offered;
    report.rejected = selected_.rejected_count + count_refused();
    if (done < cases_.size()) {
      report.digest = task_.before.digest;
      report.registered =
          outcome.unfinished ? in_progress(done, cases_.size()) : unavailable(outcome.failure);
    } else {
      report.digest = selected_.digest;
      report.registered = tools_registered(report);
    }
    report.contract_verified = contract_verdict(report.tools, selected_.digest, task_, declared_is_missing());
  }

  std::int64_t count_refused() const { return count_in_state(steps_.lines, ToolState::Rejected); }

  bool declared_is_missing() const {
    return task_.declared && std::ranges::none_of(selected_.tools, [&](const OfferedTool& tool) {
             return tool.offered_name == task_.declared_name;
           });
  }

  const OfferTask& task_;
  const SelectedOffer selected_;
  const OfferRules rules_;
  const std::vector<ToolCase> cases_;
  const std::map<std::string, std::string> renames_;
  ToolSteps steps_;
};

// Whether what the status says of a tool is so, and stays so for now.
bool stands(const LiveTool& line, const RegistryEntry* entry, const OfferRules& rules) {
  if (line.state == ToolState::Rejected && line.reason == "NameConflict") return false;
  if (line.state == ToolState::Held && rules.approved) return false;
  if (!entry) return line.version.empty();
  if (entry->version != line.version || entry->manager.uid != rules.uid) return false;
  if (line.state != ToolState::Deprecated)
    return line.state == ToolState::Held || !is_deprecated_as_gone(*entry);
  const auto since = parse_rfc3339(line.gone_since);
  return entry->deprecated && since && rules.now - to_wall_time(*since) < rules.withdraw_after;
}

bool is_settled(const OfferTask& task, const OfferRules& rules,
                const std::vector<RegistryEntry>& registered) {
  if (task.before.digest.empty() || !rules.as_before) return false;
  std::map<std::string_view, const RegistryEntry*> entries;
  for (const RegistryEntry& entry : registered) entries.emplace(entry.name, &entry);
  std::size_t known = 0;
  for (const LiveTool& line : task.before.tools) {
    const auto at = entries.find(line.name);
    const RegistryEntry* const entry = at == entries.end() ? nullptr : at->second;
    if (!stands(line, entry, rules)) return false;
    known += entry ? 1 : 0;
  }
  return known == entries.size();
}

OfferOutcome settle(const Context& ctx, const OfferTask& task, const std::vector<RegistryEntry>& registered) {
  OfferOutcome outcome;
  outcome.report = report_of(task.before, task.manager);
  outcome.wants_offer =
      task.offer_was_missed || !is_settled(task, rules_of(ctx, task, task.before.digest), registered);
  outcome.report.registered = outcome.wants_offer
                                  ? ConditionValue::unknown("Pending", "the server's tools are to be read")
                                  : tools_registered(outcome.report);
  return outcome;
}

}  // namespace

OfferOutcome carry_out_offer(const Context& ctx, RegistryApi& registry, const OfferTask& task) {
  const auto registered = registry.list_managed(ctx, task.manager);
  if (registered.ok() && task.offer) return OfferPass(ctx, registry, task, *registered).run();
  if (registered.ok()) return settle(ctx, task, *registered);
  OfferOutcome outcome;
  outcome.report = report_of(task.before, task.manager);
  outcome.report.registered = unavailable(registered.status());
  outcome.failure = registered.status();
  return outcome;
}

Status withdraw_all(const Context& ctx, RegistryApi& registry, const ManagedBy& manager,
                    std::string_view kept) {
  const auto registered = registry.list_managed(ctx, manager);
  if (!registered.ok()) return registered.status();
  for (const RegistryEntry& entry : *registered) {
    if (entry.name == kept) continue;
    const Status withdrawn = registry.withdraw(ctx, entry.name, manager);
    if (!withdrawn.ok() && withdrawn.code() != Code::NotFound && withdrawn.code() != Code::Conflict)
      return withdrawn;
  }
  return {};
}

}  // namespace toolhive
