#include "controller/operator/live/tool_decision.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/time.hpp"
#include "controller/operator/live/contract.hpp"

namespace toolhive {

namespace {

using Action = ToolDecision::Action;
using Mode = ContractSpec::Mode;

constexpr std::string_view kGone = "not offered by its server any more";

bool has_offered_content(const ToolCase& tool) {
  return tool.registered && contract_digest_of(*tool.registered) == tool.offered->contract_digest;
}

// Whether the registry has what is offered, as this MCPTool's.
bool is_current(const ToolCase& tool, const OfferRules& rules) {
  return has_offered_content(tool) && tool.registered->manager.uid == rules.uid;
}

bool is_remembered(const ToolCase& tool) {
  return tool.remembered && tool.remembered->contract_digest == tool.offered->contract_digest;
}

// Whether the registry has lost what it had.
bool is_lost(const ToolCase& tool) {
  return !tool.registered && is_remembered(tool) && tool.remembered->state != ToolState::Held &&
         !tool.remembered->version.empty();
}

bool is_as_declared(const ToolCase& tool) {
  return contract_digest(*tool.declared) == tool.offered->contract_digest;
}

// Whether the registry refused exactly this. Who has the name may let it go, so that is asked
// again.
bool was_refused(const ToolCase& tool, const OfferRules& rules) {
  return is_remembered(tool) && rules.as_before && tool.remembered->state == ToolState::Rejected &&
         tool.remembered->reason != "NameConflict";
}

// Whether what is remembered of exactly this stands.
bool was_judged(const ToolCase& tool, const OfferRules& rules) {
  if (!is_remembered(tool)) return false;
  const bool stays = !tool.declared && (is_current(tool, rules) || is_lost(tool));
  if (tool.remembered->state == ToolState::Held) return rules.as_before && !stays;
  return tool.remembered->state == ToolState::Registered && (rules.as_before || stays);
}

// What callers know; null: nothing that could be compared with.
Json known_to_callers(const ToolCase& tool) {
  if (tool.declared) return *tool.declared;
  if (!tool.registered) return nullptr;
  // A pass that ended early has registered the new version already.
  const bool early = has_offered_content(tool);
  return {{"name", tool.name}, {"version", early ? tool.remembered->version : tool.registered->version}};
}

bool is_changed(const ToolCase& tool) {
  if (tool.declared) return !is_as_declared(tool);
  if (!tool.registered) return false;
  if (!has_offered_content(tool)) return true;
  return tool.remembered && !tool.remembered->version.empty() && !is_remembered(tool) &&
         tool.remembered->version != tool.registered->version;
}

void tell_verdict(const ContractComparison& comparison, LiveTool& told) {
  switch (comparison.verdict) {
    case ChangeClass::Compatible:
      return;
    case ChangeClass::Review:
      told.reason = "Review";
      break;
    case ChangeClass::Breaking:
      told.reason = "Breaking";
      break;
  }
  told.message = cause_of(comparison);
}

// Tells in `told` why what is offered is held, if it is.
bool is_held(const ToolCase& tool, const OfferRules& rules,
             const std::optional<ContractComparison>& comparison, LiveTool& told) {
  if (rules.approved) return false;
  if (comparison) {
    if (rules.mode == Mode::Report) return false;
    if (rules.mode == Mode::Enforce && comparison->verdict != ChangeClass::Breaking) return false;
    if (is_current(tool, rules) && !tool.declared) return false;
    if (told.reason.empty()) {
      told.reason = "Compatible";
      told.message = cause_of(*comparison);
    }
    return true;
  }
  if (was_judged(tool, rules)) return tool.remembered->state == ToolState::Held;
  const bool was_tried = is_remembered(tool) && tool.remembered->state == ToolState::Rejected;
  const bool is_new = !tool.registered && !tool.declared && !is_lost(tool) && !was_tried;
  if (!is_new || rules.mode != Mode::Approve || rules.trusted) return false;
  told.reason = "New";
  told.message = "the tool was not offered before";
  return true;
}

Action action_for_current(const ToolCase& tool) {
  return is_deprecated_as_gone(*tool.registered) ? Action::Restore : Action::Leave;
}

LiveTool line_of(const ToolCase& tool) {
  LiveTool line{.name = tool.name};
  if (tool.offered) line.contract_digest = tool.offered->contract_digest;
  if (tool.registered) {
    line.version = tool.registered->version;
    line.registered_at = tool.registered->registered_at;
  }
  return line;
}

ToolDecision decide_offered(const ToolCase& tool, const OfferRules& rules,
                            const std::optional<ContractComparison>& comparison) {
  ToolDecision decision{.told = line_of(tool)};
  LiveTool& told = decision.told;
  const auto repeat = [&] {
    told.state = tool.remembered->state;
    told.reason = tool.remembered->reason;
    told.message = tool.remembered->message;
  };
  if (was_refused(tool, rules)) {
    repeat();
    return decision;
  }
  const bool judged = !rules.approved && was_judged(tool, rules);
  if (!rules.approved && !judged && !comparison && is_changed(tool)) {
    decision.action = Action::Compare;
    decision.from = std::make_shared<const Json>(known_to_callers(tool));
    return decision;
  }
  if (judged) repeat();
  if (comparison && !rules.approved) tell_verdict(*comparison, told);
  if (is_held(tool, rules, comparison, told)) {
    told.state = ToolState::Held;
    return decision;
  }
  decision.action = is_current(tool, rules) ? action_for_current(tool) : Action::Register;
  return decision;
}

WallTime gone_since(const ToolCase& tool, WallTime now) {
  if (!tool.remembered) return now;
  const auto since = parse_rfc3339(tool.remembered->gone_since);
  return since ? to_wall_time(*since) : now;
}

ToolDecision decide_gone(const ToolCase& tool, const OfferRules& rules) {
  ToolDecision decision{.told = line_of(tool)};
  if (!tool.registered) {
    decision.action = Action::Forget;
    return decision;
  }
  // Registered in this MCPTool's name by somebody else: no caller relies on its server for it.
  if (rules.has_told && !tool.remembered && tool.registered->manager.uid == rules.uid) {
    decision.action = Action::Withdraw;
    return decision;
  }
  const WallTime since = gone_since(tool, rules.now);
  LiveTool& told = decision.told;
  told.state = ToolState::Deprecated;
  told.reason = "NotOffered";
  told.gone_since = to_rfc3339(since);
  if (tool.remembered && tool.remembered->state == ToolState::Deprecated)
    told.message = tool.remembered->message;
  if (rules.now - since >= rules.withdraw_after)
    decision.action = Action::Withdraw;
  else if (!tool.registered->deprecated)
    decision.action = Action::Deprecate;
  return decision;
}

}  // namespace

ToolDecision decide_tool(const ToolCase& tool, const OfferRules& rules,
                         const std::optional<ContractComparison>& comparison) {
  return tool.offered ? decide_offered(tool, rules, comparison) : decide_gone(tool, rules);
}

ContractComparison comparison_in_lieu(const ToolCase& tool) {
  // What it was before is gone, and the registry has what is offered: nothing can be told any more.
  if (!tool.declared && has_offered_content(tool)) return {};
  return {.verdict = ChangeClass::Breaking,
          .keyword = "unknown",
          .message = "the registry cannot compare; give it the image of this release",
          .changes = 1};
}

const std::string& contract_digest_of(const RegistryEntry& entry) {
  // Of a definition without more than its contract the two are the same.
  return entry.contract_digest.empty() ? entry.digest : entry.contract_digest;
}

std::string gone_message(const std::string& who) {
  return std::string(kGone).append("; ").append(who) + " registered it";
}

bool is_deprecated_as_gone(const RegistryEntry& entry) {
  return entry.deprecated && entry.status_message.starts_with(kGone);
}

}  // namespace toolhive
