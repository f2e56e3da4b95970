#include "controller/operator/live/offer_report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/percent.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/live/selected_offer.hpp"

namespace toolhive {

namespace {

std::string count_of(std::int64_t count, std::int64_t all) {
  return std::to_string(count) + " of " + std::to_string(all) + " tools";
}

std::string described(const LiveTool& tool) {
  return tool.message.empty() ? tool.name : tool.name + ": " + tool.message;
}

const LiveTool* first_where(const std::vector<LiveTool>& tools, bool (*holds)(const LiveTool&)) {
  const auto found = std::find_if(tools.begin(), tools.end(), holds);
  return found == tools.end() ? nullptr : &*found;
}

bool is_rejected_line(const LiveTool& tool) {
  return tool.state == ToolState::Rejected;
}
bool is_held_line(const LiveTool& tool) {
  return tool.state == ToolState::Held;
}
bool is_broken_line(const LiveTool& tool) {
  return tool.reason == "Breaking";
}

std::string how_to_approve(const std::string& offered, const OfferTask& task) {
  return "; to approve exactly this offer, set spec.contract.approvedDigest to " + offered +
         ", or: kubectl -n " + task.manager.ns + " annotate --overwrite mcptool " + task.manager.name + " " +
         kApproveAnnotation + "=" + offered;
}

// Where to read on: what became of the first tool whose contract is broken, else all the tools.
std::string address_of(const OfferReport& report) {
  for (const LiveTool& tool : report.tools)
    if (tool.state == ToolState::Registered && is_broken_line(tool))
      return "/api/v1/tools/" + percent_encode(tool.name) + "/diff?to=" + percent_encode(tool.version);
  return "/api/v1/tools?managed_by=" +
         percent_encode(report.manager.kind + "/" + report.manager.ns + "/" + report.manager.name);
}

std::int64_t count_at(const Json& status, const char* pointer) {
  const Json* const count = value_at(status, pointer);
  return count && count->is_number_integer() ? count->get<std::int64_t>() : 0;
}

}  // namespace

RememberedOffer remembered_offer(const Json& status) {
  RememberedOffer offer;
  offer.tools = live_tools_of(status);
  offer.digest = string_member(status, "offeredDigest");
  offer.offered = count_at(status, "/offered");
  offer.rejected = count_at(status, "/rejected");
  const Json* const conditions = value_at(status, "/conditions");
  const auto all = runtime::Conditions::from_json(conditions ? *conditions : Json::array());
  if (const auto* judged = all.find("ContractVerified")) offer.generation = judged->observed_generation;
  return offer;
}

std::int64_t count_in_state(const std::vector<LiveTool>& tools, ToolState state) {
  return std::count_if(tools.begin(), tools.end(), [&](const LiveTool& tool) { return tool.state == state; });
}

ConditionValue tools_registered(const OfferReport& report) {
  const auto most = static_cast<std::int64_t>(SelectedOffer::kMostTools);
  if (report.offered - report.rejected > most)
    return ConditionValue::no("TooManyTools", "the server offers " + std::to_string(report.offered) +
                                                  " tools, and only the first " + std::to_string(most) +
                                                  " are registered; select them with spec.tools");
  if (report.rejected > 0) {
    const LiveTool* const first = first_where(report.tools, is_rejected_line);
    return ConditionValue::no("ToolsRejected", count_of(report.rejected, report.offered) +
                                                   " cannot be registered, the others are; see status.tools" +
                                                   (first ? ", among them " + described(*first) : ""));
  }
  std::string message = "the registry has " +
                        count_of(count_in_state(report.tools, ToolState::Registered), report.offered) +
                        " as they are offered";
  if (const auto held = count_in_state(report.tools, ToolState::Held); held > 0)
    message += "; " + std::to_string(held) + " are held";
  return ConditionValue::yes("Registered", message);
}

ConditionValue contract_verdict(const std::vector<LiveTool>& tools, const std::string& offered,
                                const OfferTask& task, bool declared_is_missing) {
  const auto held = count_in_state(tools, ToolState::Held);
  const std::string remedy = held > 0 ? how_to_approve(offered, task) : "";
  if (declared_is_missing)
    return ConditionValue::no("ToolMissing", "the server offers no tool " + task.declared_name +
                                                 ", which spec.definition declares" + remedy);
  if (const LiveTool* const broken = first_where(tools, is_broken_line)) {
    const bool is_held = broken->state == ToolState::Held;
    return ConditionValue::no(
        "ContractBroken",
        described(*broken) + (is_held ? "; the change is held" : "; it is registered") + remedy);
  }
  if (const LiveTool* const waiting = first_where(tools, is_held_line))
    return ConditionValue::no("ApprovalNeeded", std::to_string(held) + " tools are held, among them " +
                                                    described(*waiting) + remedy);
  return ConditionValue::yes("Verified", "the server keeps to its contracts");
}

OfferReport report_of(const RememberedOffer& before, const ManagedBy& manager) {
  OfferReport report;
  report.manager = manager;
  report.tools = before.tools;
  report.digest = before.digest;
  report.offered = before.offered;
  report.rejected = before.rejected;
  return report;
}

void tell_offer(const OfferReport& report, const std::string& registry_url, Json& status) {
  Json lines = Json::array();
  const std::size_t message_bytes = longest_message(report.tools.size());
  for (const LiveTool& tool : report.tools) lines.push_back(to_json(tool, message_bytes));
  status["tools"] = std::move(lines);
  status["offered"] = report.offered;
  status["registered"] = count_in_state(report.tools, ToolState::Registered);
  status["held"] = count_in_state(report.tools, ToolState::Held);
  status["rejected"] = report.rejected;
  if (!report.digest.empty()) status["offeredDigest"] = report.digest;
  if (!registry_url.empty()) status["url"] = registry_url + address_of(report);
}

}  // namespace toolhive
