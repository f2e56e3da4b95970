#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "registry/model/schema_bounds.hpp"
#include "registry/model/schema_proof.hpp"

namespace toolhive::registry {
namespace {

constexpr double kAnyItems = std::numeric_limits<double>::infinity();
// Items that are looked at each by itself, where a number of them has to match.
constexpr double kFewItems = 8;

double least_contained(const SchemaFormula& formula) {
  const auto* least = formula.part("minContains");
  return least == nullptr ? 1 : least->get<double>();
}

std::size_t size_of(const Json* list) {
  return list == nullptr ? 0 : list->size();
}

double least_items(const SchemaSequent& sequent) {
  double least = 0;
  for (const auto& each : sequent.left) {
    if (each.keyword == "minItems") least = std::max(least, each.part("minItems")->get<double>());
    if (each.keyword == "contains") least = std::max(least, least_contained(each));
  }
  return least;
}

double most_items(const SchemaSequent& sequent) {
  double most = kAnyItems;
  for (const auto& each : sequent.left) {
    if (each.keyword == "maxItems") most = std::min(most, each.part("maxItems")->get<double>());
    if (each.keyword != "items") continue;
    const auto rules = items_of(each);
    if (rules.rest != nullptr && *rules.rest == false)
      most = std::min(most, static_cast<double>(size_of(rules.prefix)));
  }
  return most;
}

}  // namespace

bool SchemaProof::arrays(const SchemaSequent& sequent) {
  if (counts(sequent, "minItems", "maxItems", least_items(sequent), most_items(sequent))) return true;
  if (sequent.right.size() == 1) return array_formula(sequent, sequent.right.front());
  const Attempt attempt(*this);
  return std::any_of(sequent.right.begin(), sequent.right.end(),
                     [&](const auto& each) { return array_formula(sequent, each); });
}

bool SchemaProof::array_formula(const SchemaSequent& sequent, const SchemaFormula& formula) {
  const auto name = formula.keyword;
  if (name == "items") return items(sequent, formula);
  if (name == "contains") return contains(sequent, formula);
  if (name == "maxContains") return contains_no_more(sequent, formula);
  if (name != "uniqueItems") return false;
  return *formula.part(name) == false || most_items(sequent) <= 1 ||
         std::any_of(sequent.left.begin(), sequent.left.end(), [](const auto& each) {
           return each.keyword == "uniqueItems" && *each.part("uniqueItems") == true;
         });
}

// What is known of the item with a number.
SchemaProof::Formulas SchemaProof::item_facts(const SchemaSequent& sequent, std::size_t index) {
  Formulas out;
  for (const auto& each : sequent.left) {
    if (each.keyword != "items") continue;
    const auto rules = items_of(each);
    const auto* rule = index < size_of(rules.prefix) ? &(*rules.prefix)[index] : rules.rest;
    if (rule != nullptr) out.push_back(each.whole(*rule));
  }
  return out;
}

bool SchemaProof::items(const SchemaSequent& sequent, const SchemaFormula& formula) {
  const auto rules = items_of(formula);
  auto first = size_of(rules.prefix);
  for (const auto& each : sequent.left) {
    if (each.keyword == "items") first = std::max(first, size_of(items_of(each).prefix));
  }
  const auto most = most_items(sequent);
  for (std::size_t i = 0; i <= first && static_cast<double>(i) < most; ++i) {
    const auto* rule = i < size_of(rules.prefix) ? &(*rules.prefix)[i] : rules.rest;
    if (rule == nullptr || *rule == true) continue;
    if (!spend(1 + sequent.left.size()) || !descend(item_facts(sequent, i), {formula.whole(*rule)}))
      return false;
  }
  return true;
}

// At least so many items match.
bool SchemaProof::contains(const SchemaSequent& sequent, const SchemaFormula& formula) {
  const auto least = least_contained(formula);
  if (least == 0) return true;
  const auto& schema = *formula.part("contains");
  const Attempt attempt(*this);
  for (const auto& each : sequent.left) {
    if (each.keyword == "contains" && least_contained(each) >= least &&
        descend({each.whole(*each.part("contains"))}, {formula.whole(schema)}))
      return true;
  }
  if (least > kFewItems || least_items(sequent) < least) return false;
  for (std::size_t i = 0; static_cast<double>(i) < least; ++i) {
    if (!descend(item_facts(sequent, i), {formula.whole(schema)})) return false;
  }
  return true;
}

bool SchemaProof::contains_no_more(const SchemaSequent& sequent, const SchemaFormula& formula) {
  const auto most = formula.part("maxContains")->get<double>();
  if (most_items(sequent) <= most) return true;
  auto matching = formula.whole(*formula.part("contains"));
  matching.lenient = false;
  const Attempt attempt(*this);
  return std::any_of(sequent.left.begin(), sequent.left.end(), [&](const auto& each) {
    return each.keyword == "maxContains" && each.part("maxContains")->template get<double>() <= most &&
           descend({matching}, {each.whole(*each.part("contains"))});
  });
}

}  // namespace toolhive::registry
