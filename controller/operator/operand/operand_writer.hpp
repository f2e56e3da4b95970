// Writes the operands of one resource, row by row, and sorts what goes wrong.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "controller/kube/object/object.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/operand/operand.hpp"
#include "controller/runtime/write/applier.hpp"

namespace toolhive {

struct WrittenOperands {
  LiveOperands applied;
  std::optional<ConditionValue> refused;  // the API server refuses what the spec makes
  // a taken name, a missing right, a quota, a webhook that is down
  std::optional<ConditionValue> failed;
  std::optional<ConditionValue> storage;  // the claim cannot be brought to its state; the rest can
  // what is only for watching cannot be brought to its state; the rest can
  std::optional<ConditionValue> monitoring;
  std::string exposure_refused;  // why the API server does not take what exposes; empty: it does
  // not Ok: the API of Routes does not answer as offered, or that of Ingresses; all else is done
  Status exposure_error;
  Status retry;                 // not Ok: nothing can be said; try the pass again
  bool namespace_ends = false;  // nothing can be made there any more
};

// Whether the API server will never take what was sent, as it is.
bool is_refusal(const Status& error);

JsonPtr share(Json document);

// A row with what it makes of the inputs.
struct OperandStep {
  kube::ResourceType type;
  kube::Key key;
  JsonPtr intent;  // null: it is to be removed
  bool owned = true;
  std::optional<kube::ResourceType> after;
  const char* replace = "";
  Concern concern = Concern::Resource;
};

template <class Inputs>
std::vector<OperandStep> steps(std::span<const OperandRow<Inputs>> rows, const Inputs& inputs,
                               const Cluster& cluster) {
  std::vector<OperandStep> list;
  for (const OperandRow<Inputs>& row : rows) {
    const Presence presence = row.presence(inputs, cluster);
    if (presence == Presence::Untouched) continue;
    OperandStep& step = list.emplace_back();
    step.type = row.type();
    step.key = {inputs.key.ns, row.name(inputs)};
    if (presence == Presence::Applied) step.intent = share(row.intent(inputs));
    step.owned = row.owned;
    if (row.after) step.after = row.after();
    step.replace = row.replace;
    step.concern = row.concern;
  }
  return list;
}

// What the API server says against an operand, in terms of the resource that it was made from.
using RefusalText = std::string (*)(const kube::ResourceType& type, const std::string& message);

// Each operand is tried, whatever became of the others, but for those that it waits for. What
// others did to an operand such that it cannot be applied any more is put back by making it anew.
WrittenOperands write_operands(const Context& ctx, runtime::Applier& applier, const kube::Object& owner,
                               const std::vector<OperandStep>& steps, RefusalText refusal_text);

}  // namespace toolhive
