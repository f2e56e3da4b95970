#include "registry/model/schema_proof.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace toolhive::registry {
namespace {

// Steps of a proof that are each part of another; they are on the stack.
constexpr std::size_t kProofDepth = 96;

void sort_once(std::vector<SchemaFormula>& formulas) {
  std::sort(formulas.begin(), formulas.end());
  formulas.erase(std::unique(formulas.begin(), formulas.end()), formulas.end());
}

}  // namespace

bool SchemaProof::holds(SchemaDocument& part_document, const Json& part, SchemaDocument& whole_document,
                        const Json& whole) {
  goals_.clear();
  goals_.push_back(
      {{{{&part_document, &part}}, {{&whole_document, &whole, {}, lenient_}}, kAllTypes}, std::nullopt});
  const auto mark = proved_.size();
  if (finish_goals()) return true;
  forget_from(mark);
  // The goals around the one that failed fail with it, and need not be tried again.
  for (std::optional<std::size_t> number = goal_; number; number = goals_[*number].around)
    known_[goals_[*number].sequent].state = Found::State::Failed;
  return false;
}

// Each goal adds those that it needs to be met as well: references make chains longer than any
// stack.
bool SchemaProof::finish_goals() {
  for (goal_ = 0; goal_ < goals_.size(); ++goal_) {
    if (!prove(goals_[goal_].sequent)) return false;
  }
  return true;
}

bool SchemaProof::spend(std::size_t cost) {
  cost_ += cost;
  return cost_ <= limit_;
}

bool SchemaProof::prove(SchemaSequent sequent) {
  sort_once(sequent.left);
  sort_once(sequent.right);
  if (!spend(1 + sequent.left.size() + sequent.right.size()) || depth_ >= kProofDepth) return false;
  const auto [found, added] = known_.try_emplace(sequent, Found{Found::State::Open, descents_});
  if (!added) {
    // What is being proved holds for values that are parts of the one it is proved of, by
    // induction.
    if (found->second.state == Found::State::Open) return descents_ > found->second.descents;
    return found->second.state == Found::State::Proved;
  }
  const auto mark = proved_.size();
  ++depth_;
  const bool proved = reduce(sequent);
  --depth_;
  if (!proved) forget_from(mark);
  found->second.state = proved ? Found::State::Proved : Found::State::Failed;
  if (proved) proved_.push_back(found);
  return proved;
}

// What was proved on the way may have rested on what failed.
void SchemaProof::forget_from(std::size_t mark) {
  for (; proved_.size() > mark; proved_.pop_back()) known_.erase(proved_.back());
}

// The same of parts of the value: properties or items.
bool SchemaProof::descend(Formulas left, Formulas right) {
  SchemaSequent sequent{std::move(left), std::move(right), kAllTypes};
  sort_once(sequent.left);
  sort_once(sequent.right);
  if (attempts_ == 0) {
    goals_.push_back({std::move(sequent), goal_});
    return spend(1);
  }
  ++descents_;
  const bool proved = prove(std::move(sequent));
  --descents_;
  return proved;
}

bool SchemaProof::reduce(SchemaSequent& sequent) {
  if (simplify(sequent)) return true;
  if (!spend(sequent.left.size() + sequent.right.size())) return false;
  if (sequent.right.size() == 1 && is_split(sequent.right.front()))
    return split_right(sequent, sequent.right.front(), {});
  if (const auto proved = by_values(sequent)) return *proved;
  for (const auto domain : {kNullType, kBooleanType, kNumberTypes, kStringType, kArrayType, kObjectType}) {
    if ((sequent.types & ~domain) == 0) return in_one_domain(sequent);
  }
  for (const auto domain : {kNullType, kBooleanType, kNumberTypes, kStringType, kArrayType, kObjectType}) {
    if ((sequent.types & domain) != 0 && !prove({sequent.left, sequent.right, sequent.types & domain}))
      return false;
  }
  return true;
}

}  // namespace toolhive::registry
