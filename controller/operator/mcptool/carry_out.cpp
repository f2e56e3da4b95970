#include "controller/operator/mcptool/carry_out.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/operator/live/list_server.hpp"
#include "controller/operator/schedule.hpp"

namespace toolhive {

namespace {

// Takes out all tools of the resource but `kept`, and its server.
Status withdraw_live(const Context& ctx, RegistryApi& registry, const ManagedBy& manager,
                     const std::string& kept) {
  const Status withdrawn = withdraw_all(ctx, registry, manager, kept);
  const auto listed = listed_name(manager.ns, manager.name);
  return withdrawn.ok() && listed ? unlist_server(ctx, registry, *listed) : withdrawn;
}

// What keeps the server from being listed keeps its tools from nothing.
Status list_server_of(const Context& ctx, RegistryApi& registry, const ToolPlan& plan,
                      const OfferReport& offer) {
  const auto name = listed_name(plan.manager.ns, plan.manager.name);
  if (!plan.server || !name) return {};
  Status listed = list_server(ctx, registry, listed_server(*name, *plan.server, offer));
  if (!listed.ok())
    log(LogLevel::Warn, "the server cannot be listed", {{"server", *name}, {"error", listed.message()}});
  return listed;
}

// A list of what one resource has costs the registry a walk over all its tools.
constexpr std::chrono::minutes kLookPeriod{1};
constexpr int kLooksPerList = 10;

OfferEvent put_back_event(bool warning, std::string note) {
  return {warning, "PutBack", std::move(note)};
}

// A version that was declared before goes without a warning.
void tell_withdrawn_versions(const ToolPlan& plan, const RegistrationOutcome& done, ToolOutcome& outcome) {
  if (done.withdrawn.empty()) return;
  std::string versions;
  for (const std::string& version : done.withdrawn) versions += (versions.empty() ? "" : ", ") + version;
  const bool declared_anew = plan.known.tool && plan.known.tool->version != done.tool->version;
  outcome.events.push_back(
      put_back_event(!declared_anew, "withdrawn, for version " + done.tool->version + " of " +
                                         done.tool->name + " is declared and this was served: " + versions));
}

// Takes out tools of other names than the declared one that were registered as this very MCPTool's,
// which nobody but who reaches the registry without a token can have done.
void withdraw_undeclared(const Context& ctx, RegistryApi& registry, const ToolPlan& plan,
                         ToolOutcome& outcome) {
  const auto registered = registry.list_managed(ctx, plan.manager);
  if (!registered.ok()) return;  // the next list finds them
  for (const RegistryEntry& entry : *registered) {
    if (entry.name == plan.claim->name || entry.manager != plan.manager) continue;
    const Status withdrawn = registry.withdraw(ctx, entry.name, plan.manager);
    if (withdrawn.ok())
      outcome.events.push_back(put_back_event(
          true, "withdrawn, for it was registered as this MCPTool's and is not declared: " + entry.name));
    else if (withdrawn.code() != Code::NotFound && withdrawn.code() != Code::Conflict)
      return;
  }
}

StatusOr<ToolOutcome> register_definition(const Context& ctx, RegistryAccess& access, const ToolPlan& plan,
                                          ToolOutcome outcome) {
  auto api = access.open(plan.claim->registry, plan.endpoint);
  if (!api.ok()) return api.status();
  if (plan.had_server) {
    const Status withdrawn = withdraw_live(ctx, **api, plan.manager, plan.claim->name);
    if (!withdrawn.ok()) {
      outcome.failed = true;
      outcome.report.reset();
      return outcome;
    }
  }
  RegistrationOutcome done = register_tool(ctx, **api, *plan.wanted, plan.known.tool, plan.known.generation);
  if (done.registered.holds() &&
      is_turn(ctx.clock.wall(), kLookPeriod, kLooksPerList, {plan.manager.ns, plan.manager.name}))
    withdraw_undeclared(ctx, **api, plan, outcome);
  tell_withdrawn_versions(plan, done, outcome);
  outcome.registry_changed = done.wrote || !outcome.events.empty();
  outcome.failed = done.unavailable || done.overridden;
  outcome.not_before = done.not_before;
  outcome.report->accepted = std::move(done.accepted);
  outcome.report->registered = std::move(done.registered);
  outcome.report->tool = std::move(done.tool);
  if (done.busy || (done.unavailable && plan.stands)) outcome.report.reset();
  return outcome;
}

// What was told while it stands stays told, whatever hinders this pass.
StatusOr<ToolOutcome> take_offer(const Context& ctx, RegistryAccess& access, const ToolPlan& plan,
                                 ToolOutcome outcome) {
  auto api = access.open(plan.claim->registry, plan.endpoint);
  if (!api.ok()) return api.status();
  OfferOutcome done = carry_out_offer(ctx, **api, *plan.offer);
  if (done.failure.ok()) {
    const Status listed = list_server_of(ctx, **api, plan, done.report);
    outcome.unlisted = listed.retryable();
    outcome.not_before = listed.retry_after().value_or(std::chrono::milliseconds(0));
  }
  outcome.registry_changed = done.wrote;
  outcome.failed = !done.failure.ok();
  if (outcome.failed) outcome.not_before = done.failure.retry_after().value_or(std::chrono::milliseconds(0));
  outcome.unfinished = done.unfinished;
  outcome.wants_offer = done.wants_offer;
  outcome.events = std::move(done.events);
  const bool hindered = outcome.failed || outcome.wants_offer;
  const bool stays = plan.stands || done.failure.code() == Code::Busy;
  if (!(hindered && stays && !done.wrote)) outcome.report->registered = std::move(done.report.registered);
  outcome.report->offer = std::move(done.report);
  return outcome;
}

// Success also when the registry has no such tool, or another's, or says that it can have none of
// that name.
Status withdraw(const Context& ctx, RegistryAccess& access, const ToolPlan& plan) {
  auto api = access.open(plan.claim->registry, plan.endpoint);
  if (!api.ok()) return api.status();
  if (plan.claim->name.empty()) return withdraw_live(ctx, **api, plan.manager, "");
  Status withdrawn = (*api)->withdraw(ctx, plan.claim->name, plan.manager);
  const Code code = withdrawn.code();
  if (code == Code::NotFound || code == Code::Conflict || code == Code::Invalid) return {};
  return withdrawn;
}

ToolOutcome give_up(const Context& ctx, RegistryAccess& access, const ToolPlan& plan, ToolOutcome outcome) {
  outcome.failed = !withdraw(ctx, access, plan).ok();
  if (outcome.failed) return outcome;
  outcome.report->tool.reset();
  if (outcome.report->offer) outcome.report->offer->tools.clear();
  return outcome;
}

ToolOutcome finish_deletion(const ToolPlan& plan, ToolOutcome outcome) {
  log(LogLevel::Info, "let go", {{"reason", plan.why}});
  outcome.report.reset();
  return outcome;
}

ToolOutcome withdraw_and_let_go(const Context& ctx, RegistryAccess& access, const ToolPlan& plan,
                                ToolOutcome outcome) {
  const Status withdrawn = withdraw(ctx, access, plan);
  if (withdrawn.ok()) {
    outcome.registry_changed = true;
    return finish_deletion(plan, std::move(outcome));
  }
  outcome.failed = true;
  outcome.report->registered = withdrawal_pending(withdrawn.message());
  if (withdrawn.code() == Code::Busy) outcome.report.reset();
  return outcome;
}

}  // namespace

StatusOr<ToolOutcome> carry_out(const Context& ctx, RegistryAccess& access, const ToolPlan& plan) {
  using Action = ToolPlan::Action;
  ToolOutcome outcome{.report = plan.report};
  switch (plan.action) {
    case Action::Leave:
      outcome.report.reset();
      break;
    case Action::Tell:
      break;
    case Action::Wait:
      outcome.failed = true;
      break;
    case Action::Register:
      return register_definition(ctx, access, plan, std::move(outcome));
    case Action::TakeOffer:
      return take_offer(ctx, access, plan, std::move(outcome));
    case Action::GiveUp:
      return give_up(ctx, access, plan, std::move(outcome));
    case Action::Withdraw:
      return withdraw_and_let_go(ctx, access, plan, std::move(outcome));
    case Action::LetGo:
      return finish_deletion(plan, std::move(outcome));
  }
  return outcome;
}

}  // namespace toolhive
