#include "controller/operator/mcptool/decide.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/permission.hpp"
#include "controller/operator/schedule.hpp"

namespace toolhive {

using kube::Object;

namespace {

// How often a settled entry is looked at: registries can lose entries without anybody telling.
constexpr std::chrono::seconds kToolPeriod{60};

std::string describe(const NameClaim& claim) {
  return "Registry " + claim.registry.to_string();
}

ManagedBy manager_of(const Object& object) {
  return {mcptool_type().kind, std::string(object.meta().ns), std::string(object.meta().name),
          std::string(object.meta().uid)};
}

// Names that are no segment of a path: no registry can be asked for them.
bool is_path_step(const std::string& name) {
  return name == "." || name == "..";
}

// Why nothing can be registered in the Registry, nor need be withdrawn from it; empty: it is there.
std::string absence(const ToolObservation& observed) {
  if (!observed.registry_is_ours)
    return "this operator does not look after namespace " + observed.claim->registry.ns + " of the Registry";
  if (!observed.registry || observed.registry->deleting) return describe(*observed.claim) + " does not exist";
  return "";
}

bool is_allowed_in(const ToolObservation& observed, std::string_view ns) {
  const auto& allowed = observed.registry->allowed_namespaces;
  const std::string& registry_ns = observed.claim->registry.ns;
  if (!needs_labels(allowed, registry_ns, ns)) return is_allowed(allowed, registry_ns, ns, {});
  const auto found = observed.namespaces.find(std::string(ns));
  return found != observed.namespaces.end() &&
         is_allowed(allowed, registry_ns, ns, found->second.meta().labels);
}

// The MCPTool that has the name, when that is another one.
std::optional<Object> conflicting_tool(const ToolObservation& observed) {
  std::vector<Object> claimants{observed.object};
  // Who may not register there cannot hold a name there either.
  for (const Object& peer : observed.peers)
    if (is_allowed_in(observed, peer.meta().ns)) claimants.push_back(peer);
  const Object* first = holder(claimants);
  return first->meta().uid == observed.object.meta().uid ? std::nullopt : std::optional(*first);
}

// Whether the server is listened to.
void add_hearing(const ToolObservation& observed, ServerReport& report) {
  const ProbeSpec& probe = (*observed.tool)->spec.probe;
  report.listens = probe.listen && probe.mode == ProbeSpec::Mode::Auto;
  if (!report.listens) return;
  const runtime::Conditions conditions = conditions_of(*observed.status);
  report.listening = report_hearing(observed.server ? observed.server->hearing : Hearing(),
                                    observed.server ? conditions.find("Listening") : nullptr);
}

// Nothing of an MCPTool without a server.
std::optional<ServerReport> availability_report(const ToolObservation& observed) {
  if (!observed.tool.ok() || !(*observed.tool)->spec.server) return std::nullopt;
  if (observed.workload && observed.workload->trouble)
    return ServerReport{.available = observed.workload->trouble, .identity = {}};
  const MCPToolSpec& spec = (*observed.tool)->spec;
  if (spec.probe.mode == ProbeSpec::Mode::Disabled) return report_disabled_probe();
  const runtime::Conditions conditions = conditions_of(*observed.status);
  const runtime::Condition* told = conditions.find("ServerAvailable");
  if (observed.server) return report_server(observed.watched->remote.url, observed.server->sighting, told);
  // A rollout under way: what was told stays.
  if (told || !observed.workload) return ServerReport{};
  return ServerReport{.available = ConditionValue::unknown("Starting", "the server is being started"),
                      .identity = {}};
}

std::optional<ServerReport> server_report(const ToolObservation& observed) {
  std::optional<ServerReport> report = availability_report(observed);
  if (report) add_hearing(observed, *report);
  return report;
}

// Whether what is registered is what a server offers.
bool is_live(const ToolObservation& observed) {
  return observed.claim && observed.claim->name.empty();
}

// What was told of the server's tools stays, and how they are registered while that is of this very
// spec.
void begin_live(const ToolObservation& observed, ToolPlan& plan) {
  plan.report.registered = ConditionValue::unknown("Pending", "the server's tools are to be read");
  const RememberedOffer before = remembered_offer(*observed.status);
  plan.report.offer = report_of(before, plan.manager);
  plan.stands = !before.digest.empty() && before.generation == plan.report.generation;
  const runtime::Conditions told = conditions_of(*observed.status);
  const runtime::Condition* const registered = told.find("Registered");
  if (plan.stands && registered)
    plan.report.registered = {registered->status, registered->reason, registered->message};
}

// The definition in order, what was registered still so.
ToolPlan begin(const ToolObservation& observed) {
  ToolPlan plan;
  plan.claim = observed.claim;
  if (observed.registry) plan.endpoint = observed.registry->endpoint;
  plan.manager = manager_of(observed.object);
  plan.known = remembered(*observed.status);
  plan.report.generation = observed.object.meta().generation;
  plan.report.accepted = ConditionValue::yes("Accepted", "the definition is in order");
  plan.report.tool = plan.known.tool;
  plan.stands = plan.known.tool && plan.known.generation == plan.report.generation;
  plan.report.server = server_report(observed);
  if (is_live(observed)) begin_live(observed, plan);
  return plan;
}

// Each of the checks answers whether there is something that keeps the definition from being
// registered, and makes of `plan` what is then to be done.

bool spec_is_invalid(const ToolObservation& observed, ToolPlan& plan) {
  std::string error;
  if (!observed.tool.ok()) {
    error = observed.tool.status().message();
  } else if (!observed.claim) {
    error = "spec.registryRef: is required";
  } else if (is_path_step(observed.claim->name)) {
    error = "spec.definition.name: must not be \".\" or \"..\"; use another name";
  } else {
    return false;
  }
  plan.report.accepted = ConditionValue::no("InvalidSpec", error);
  plan.report.registered = ConditionValue::no("NotAccepted", "the definition is not accepted");
  return true;
}

bool registry_is_absent(const ToolObservation& observed, ToolPlan& plan) {
  const std::string why = absence(observed);
  if (why.empty()) return false;
  plan.report.registered = ConditionValue::no("RegistryNotFound", why);
  plan.report.tool.reset();
  return true;
}

bool namespace_is_not_allowed(const ToolObservation& observed, ToolPlan& plan) {
  const std::string ns(observed.object.meta().ns);
  if (is_allowed_in(observed, ns)) return false;
  plan.report.accepted =
      ConditionValue::no("NamespaceNotAllowed", "spec.registryRef: " + describe(*observed.claim) +
                                                    " does not take MCPTools of namespace " + ns +
                                                    "; ask for it in its allowedNamespaces");
  plan.report.registered = ConditionValue::no("NotAccepted", "the namespace is not allowed");
  if (plan.known.tool) plan.action = ToolPlan::Action::GiveUp;
  return true;
}

bool name_is_taken(const ToolObservation& observed, ToolPlan& plan) {
  const auto other = conflicting_tool(observed);
  if (!other) return false;
  plan.report.registered =
      ConditionValue::no("NameConflict", "the older MCPTool " + other->key().to_string() + " has the name " +
                                             observed.claim->name + " in " + describe(*observed.claim) +
                                             "; use another definition.name, or delete one of the two");
  if (plan.known.tool) plan.action = ToolPlan::Action::GiveUp;
  return true;
}

bool registry_is_away(const ToolObservation& observed, ToolPlan& plan) {
  if (observed.registry->available) return false;
  plan.report.registered = ConditionValue::unknown(
      "RegistryUnavailable", describe(*observed.claim) + " does not serve; see its conditions");
  // What was registered stays so while its registry restarts; the Registry reports the outage.
  if (plan.stands) plan.action = ToolPlan::Action::Leave;
  return true;
}

// The digest of the offer that an annotation approves; empty: none.
std::string approved_by_annotation(const Object& object) {
  return std::string(object.meta().annotations.get(kApproveAnnotation).value_or(""));
}

// What is known of the server, now or from what was told.
std::optional<ListedServer> server_to_list(const ToolObservation& observed, const ToolPlan& plan) {
  if (!plan.report.server) return std::nullopt;
  const ServerReport& report = *plan.report.server;
  const auto identity = report.identity ? report.identity : told_identity(*observed.status);
  if (!identity || identity->url.empty()) return std::nullopt;
  ListedServer server;
  server.manager = plan.manager;
  server.title = identity->name;
  server.version = identity->version;
  server.protocol = identity->protocol;
  server.url = identity->url;
  const ServerSpec& spec = *(*observed.tool)->spec.server;
  server.in_cluster_only = !spec.remote;
  if (spec.remote)
    for (const ServerSpec::Header& header : spec.remote->headers) server.headers.push_back(header.name);
  const runtime::Conditions conditions = conditions_of(*observed.status);
  const runtime::Condition* const told = conditions.find("ServerAvailable");
  if (report.available || told) server.state = report.available ? report.available->reason : told->reason;
  return server;
}

OfferTask offer_task(const ToolObservation& observed, const ToolPlan& plan) {
  const MCPToolSpec& spec = (*observed.tool)->spec;
  const std::string name(observed.object.meta().name);
  OfferTask task;
  task.tools = spec.tools;
  task.prefix = spec.tools.prefix.value_or(name + ".");
  task.contract = spec.contract;
  task.approved = approved_by_annotation(observed.object);
  task.declared = spec.definition;
  task.declared_name = spec.definition_name.empty() ? name : spec.definition_name;
  task.manager = plan.manager;
  task.server = listed_name(plan.manager.ns, plan.manager.name).value_or("");
  task.generation = plan.report.generation;
  task.before = remembered_offer(*observed.status);
  if (observed.server) task.offer = observed.server->sighting.offer;
  task.offer_was_missed = observed.offer_was_missed;
  return task;
}

ToolPlan decide_registration(const ToolObservation& observed) {
  ToolPlan plan = begin(observed);
  plan.again = jittered(kToolPeriod, observed.object.key());
  if (observed.server) plan.again = std::min(plan.again, observed.server->again);
  if (spec_is_invalid(observed, plan)) return plan;
  if (registry_is_absent(observed, plan)) return plan;
  plan.report.registry_url = observed.registry->url;
  for (const auto prevents : {namespace_is_not_allowed, name_is_taken, registry_is_away})
    if (prevents(observed, plan)) return plan;
  const MCPToolSpec& spec = (*observed.tool)->spec;
  if (is_live(observed)) {
    plan.action = ToolPlan::Action::TakeOffer;
    plan.offer = offer_task(observed, plan);
    plan.server = server_to_list(observed, plan);
    return plan;
  }
  plan.action = ToolPlan::Action::Register;
  plan.had_server = !remembered_offer(*observed.status).digest.empty();
  plan.wanted =
      WantedTool{observed.claim->name, spec.version, plan.report.generation, spec.definition, plan.manager};
  return plan;
}

// Why an MCPTool can go without anything being withdrawn; empty: it cannot.
std::string release_reason(const ToolObservation& observed) {
  if (observed.tool.ok() && (*observed.tool)->spec.deletion_policy == DeletionPolicy::Retain)
    return "deletionPolicy is Retain";
  if (!observed.claim) return "it names no registry";
  if (is_path_step(observed.claim->name)) return "no registry can have a tool of its name";
  if (const std::string why = absence(observed); !why.empty()) return why;
  const bool never_there = was_refused(*observed.status, observed.object.meta().generation);
  return !observed.registry->available && never_there ? "it was never registered" : "";
}

ToolPlan decide_release(const ToolObservation& observed) {
  ToolPlan plan = begin(observed);
  plan.why = release_reason(observed);
  if (!plan.why.empty()) {
    plan.action = ToolPlan::Action::LetGo;
  } else if (!observed.registry->available) {
    plan.action = ToolPlan::Action::Wait;
    plan.report.registered = withdrawal_pending(describe(*observed.claim) + " does not serve");
  } else {
    plan.action = ToolPlan::Action::Withdraw;
    const std::string what =
        is_live(observed) ? "all of its server's tools are" : "the tool " + observed.claim->name + " is";
    plan.why = what + " withdrawn from " + describe(*observed.claim);
  }
  return plan;
}

}  // namespace

ToolPlan decide(const ToolObservation& observed) {
  return observed.object.meta().deleting() ? decide_release(observed) : decide_registration(observed);
}

bool needs_withdrawal(const kube::Ref<MCPTool>& tool) {
  const auto claim = claim_of(tool.object());
  return tool->spec.deletion_policy == DeletionPolicy::Withdraw && claim && !is_path_step(claim->name);
}

ConditionValue withdrawal_pending(const std::string& why) {
  return ConditionValue::unknown("WithdrawalPending",
                                 "the tool cannot be withdrawn yet: " + why +
                                     "; to let the MCPTool go without it, set spec.deletionPolicy to Retain");
}

}  // namespace toolhive
