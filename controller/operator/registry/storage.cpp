#include "controller/operator/registry/storage.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "controller/base/json_access.hpp"
#include "controller/kube/object/quantity.hpp"
#include "controller/operator/operand/object_condition.hpp"

namespace toolhive {

namespace {

// Whether the claim still waits to grow to what is asked of it.
bool is_growing(const Json& claim, const std::string& wanted_size) {
  const auto capacity = kube::parse_quantity(text_at(claim, "/status/capacity/storage"));
  const auto wanted = kube::parse_quantity(wanted_size);
  return capacity && wanted && *capacity < *wanted;
}

// The condition, if it is True.
const Json* claim_condition(const Json& claim, const char* type) {
  const Json* condition = condition_of(claim, type);
  return has_status(condition, "True") ? condition : nullptr;
}

// The driver's words for an expansion that it tried and could not do, or nothing. Both resizers go
// on trying.
std::optional<std::string> growth_failure(const Json& claim) {
  for (const char* type : {"ControllerResizeError", "NodeResizeError"})
    if (const Json* failed = claim_condition(claim, type)) return string_member(*failed, "message");
  const std::string state = text_at(claim, "/status/allocatedResourceStatuses/storage");
  if (state.ends_with("Infeasible")) return "the volume cannot have that size (" + state + ")";
  return {};
}

// The claim serves at its old size meanwhile.
ConditionValue growth(const Json& claim, const std::string& name, const std::string& wanted_size) {
  const std::string text = "the claim " + name + " is bound and grows to " + wanted_size;
  if (const auto failure = growth_failure(claim))
    return ConditionValue::yes(kGrowthFailed, "the claim " + name + " is bound, and does not grow to " +
                                                  wanted_size + (failure->empty() ? "" : ": " + *failure));
  if (claim_condition(claim, "FileSystemResizePending"))
    return ConditionValue::yes("Growing",
                               text +
                                   "; the volume has its size, and the file system follows when the node "
                                   "can grow it: if it stays so, delete the pod, which is made anew");
  if (claim_condition(claim, "Resizing"))
    return ConditionValue::yes("Growing", text + "; the volume is being resized");
  return ConditionValue::yes("Growing",
                             text + "; if it stays so, see its events with kubectl describe pvc " + name);
}

}  // namespace

ConditionValue observe_storage(const Json* claim, const std::string& name, const std::string& wanted_size) {
  if (!claim)
    return ConditionValue::no("ClaimNotFound", "the claim " + name + " does not exist" +
                                                   (wanted_size.empty() ? "; create it" : " yet"));
  if (value_at(*claim, "/metadata/deletionTimestamp"))
    return ConditionValue::no("ClaimDeleting", "the claim " + name +
                                                   " is being deleted; it goes when no pod uses it any more" +
                                                   (wanted_size.empty() ? "" : ", and is then made anew"));
  const std::string phase = text_at(*claim, "/status/phase");
  if (phase == "Bound") {
    if (is_growing(*claim, wanted_size)) return growth(*claim, name, wanted_size);
    return ConditionValue::yes("Bound", "the claim " + name + " is bound");
  }
  if (phase == "Lost")
    return ConditionValue::no("ClaimLost", "the claim " + name + " has lost its volume; restore the volume");
  return ConditionValue::no(
      kClaimPending, "the claim " + name +
                         " is not bound yet; if it stays so, see its events with kubectl describe pvc " +
                         name);
}

}  // namespace toolhive
