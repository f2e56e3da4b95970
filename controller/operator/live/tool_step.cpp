#include "controller/operator/live/tool_step.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/live/contract.hpp"
#include "controller/operator/live/live_registration.hpp"

namespace toolhive {

namespace {

using Action = ToolDecision::Action;

// Names that others have are tried again so many in a pass: nobody tells when one becomes free.
constexpr int kMostRetries = 16;

// The word for what a registry refuses for good; empty: the error is of another kind.
std::string refusal(const Status& error) {
  switch (error.code()) {
    case Code::Invalid:
      return "InvalidDefinition";
    case Code::Conflict:
      return "NameConflict";
    case Code::AlreadyExists:
      return "VersionConflict";
    default:
      return "";
  }
}

// Success where there is nothing any more, or somebody else's.
Status unless_gone(const Status& status) {
  return status.code() == Code::NotFound || status.code() == Code::Conflict ? Status() : status;
}

LiveTool rejected(LiveTool told, const Status& error) {
  told.state = ToolState::Rejected;
  told.reason = refusal(error);
  told.message = error.message();
  return told;
}

// The version of this content that the registry has or had; empty: of none.
std::string version_of_content(const ToolCase& tool) {
  const std::string& content = tool.offered->contract_digest;
  if (tool.registered)
    return contract_digest_of(*tool.registered) == content ? tool.registered->version : std::string();
  const bool was_registered = tool.remembered && tool.remembered->state == ToolState::Registered;
  return was_registered && tool.remembered->contract_digest == content ? tool.remembered->version
                                                                       : std::string();
}

}  // namespace

ToolSteps::ToolSteps(const Context& ctx, RegistryApi& registry, const OfferTask& task,
                     const OfferRules& rules, const std::string& server_version,
                     const std::map<std::string, std::string>& renames)
    : ctx_(ctx),
      registry_(registry),
      task_(task),
      rules_(rules),
      server_version_(server_version),
      renames_(renames) {}

bool ToolSteps::waits_for_name(const ToolCase& tool) {
  if (!tool.offered || !tool.remembered || tool.remembered->reason != "NameConflict" ||
      tool.remembered->contract_digest != tool.offered->contract_digest)
    return false;
  return ++retries_ > kMostRetries;
}

Status ToolSteps::work_on(const ToolCase& tool) {
  if (waits_for_name(tool)) {
    lines.push_back(*tool.remembered);
    return {};
  }
  auto decision = decide(tool);
  if (decision.ok()) return perform(tool, *std::move(decision));
  if (refusal(decision.status()).empty()) return decision.status();
  tell(tool, rejected({.name = tool.name,
                       .version = tool.registered ? tool.registered->version : std::string(),
                       .contract_digest = tool.offered->contract_digest},
                      decision.status()));
  return {};
}

StatusOr<ToolDecision> ToolSteps::decide(const ToolCase& tool) {
  OfferRules rules = rules_;
  // A status has room for so many: of the others that are gone nobody could tell since when.
  if (lines.size() >= SelectedOffer::kMostTools) rules.withdraw_after = {};
  ToolDecision decision = decide_tool(tool, rules, std::nullopt);
  // The first time that a name is tried it counts; trying it again has a limit of its own.
  if (decision.action != Action::Leave && decision.action != Action::Forget && retries_ == 0) ++asked;
  if (decision.action != Action::Compare) return decision;
  auto comparison = registry_.compare(ctx_, *decision.from, contract_of(*tool.offered->tool, tool.name));
  if (comparison.status().code() == Code::NotFound) comparison = comparison_in_lieu(tool);
  if (!comparison.ok()) return comparison.status();
  return decide_tool(tool, rules_, *comparison);
}

Status ToolSteps::perform(const ToolCase& tool, ToolDecision decision) {
  switch (decision.action) {
    case Action::Leave:
    case Action::Compare:  // was answered in decide()
      tell(tool, std::move(decision.told));
      return {};
    case Action::Register:
      return register_tool(tool, std::move(decision.told));
    case Action::Deprecate:
      return deprecate(tool, std::move(decision.told));
    case Action::Restore:
      return restore(tool, std::move(decision.told));
    case Action::Withdraw:
      return withdraw(tool);
    case Action::Forget:
      return {};
  }
  return {};
}

Status ToolSteps::register_tool(const ToolCase& tool, LiveTool told) {
  const auto entry =
      register_live(ctx_, registry_,
                    {*tool.offered, server_version_, version_of_content(tool), task_.manager, task_.server});
  if (!entry.ok() && refusal(entry.status()).empty()) return entry.status();
  if (!entry.ok()) {
    tell(tool, rejected(std::move(told), entry.status()));
    return {};
  }
  told.version = entry->version;
  told.registered_at = entry->registered_at;
  changes.registered.push_back(tool.name);
  tell(tool, std::move(told));
  return {};
}

Status ToolSteps::deprecate(const ToolCase& tool, LiveTool told) {
  std::string message = gone_message("MCPTool " + task_.manager.ns + "/" + task_.manager.name);
  if (const auto renamed = renames_.find(tool.name); renamed != renames_.end()) {
    told.message = "probably renamed to " + renamed->second;
    message += "; " + told.message;
  }
  const Status done = unless_gone(registry_.set_status(
      ctx_, tool.name, {.deprecated = true, .message = message}, tool.registered->manager));
  if (!done.ok()) return done;
  changes.deprecated.push_back(tool.name);
  tell(tool, std::move(told));
  return {};
}

Status ToolSteps::restore(const ToolCase& tool, LiveTool told) {
  const Status done = unless_gone(
      registry_.set_status(ctx_, tool.name, {.deprecated = false, .message = {}}, tool.registered->manager));
  if (!done.ok()) return done;
  changes.restored.push_back(tool.name);
  tell(tool, std::move(told));
  return {};
}

Status ToolSteps::withdraw(const ToolCase& tool) {
  const Status done = unless_gone(registry_.withdraw(ctx_, tool.name, tool.registered->manager));
  if (done.ok()) changes.withdrawn.push_back(tool.name);
  return done;
}

void ToolSteps::tell(const ToolCase& tool, LiveTool told) {
  const bool was_held = tool.remembered && tool.remembered->state == ToolState::Held &&
                        tool.remembered->contract_digest == told.contract_digest;
  if (told.state == ToolState::Held && !was_held) changes.held.push_back(tool.name);
  lines.push_back(std::move(told));
}

}  // namespace toolhive
