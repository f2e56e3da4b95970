#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "registry/model/schema_pattern.hpp"
#include "registry/model/schema_proof.hpp"

namespace toolhive::registry {
namespace {

using Names = std::set<std::string_view>;

const Json::object_t& members_of(const Json* map) {
  static const Json none = Json::object();
  return (map == nullptr ? none : *map).get_ref<const Json::object_t&>();
}

bool is_named(const SchemaFormula& formula, const SchemaProperties& rules, const std::string& name) {
  return rules.named != nullptr && formula.document->member(*rules.named, name) != nullptr;
}

// Whether a pattern rules the name; none when that cannot be told of one of them.
std::optional<bool> is_ruled_by_pattern(const SchemaProperties& rules, std::string_view name) {
  std::optional<bool> out = false;
  for (const auto& [pattern, schema] : members_of(rules.patterns)) {
    const auto match = matches_pattern(pattern, name);
    if (match == true) return true;
    if (!match) out = std::nullopt;
  }
  return out;
}

void add_names(const Json* list, Names& out) {
  if (list == nullptr || !list->is_array()) return;
  for (const auto& name : *list) out.insert(name.get_ref<const std::string&>());
}

// Adds what must be there when something else is.
bool add_dependent(const SchemaFormula& formula, Names& out) {
  const auto before = out.size();
  for (const auto& [name, names] : members_of(formula.part(formula.keyword))) {
    if (out.contains(name) && names.is_array()) add_names(&names, out);
  }
  return out.size() != before;
}

Names required_names(const SchemaSequent& sequent, Names out = {}) {
  for (const auto& each : sequent.left) {
    if (each.keyword == "required") add_names(each.part("required"), out);
  }
  constexpr int kRounds = 8;
  bool more = true;
  for (int round = 0; more && round < kRounds; ++round) {
    more = false;
    for (const auto& each : sequent.left) {
      const bool binding = each.keyword == "dependentRequired" ||
                           (each.keyword == "dependencies" && each.document->draft() >= Draft::V7);
      if (binding) more = add_dependent(each, out) || more;
    }
  }
  return out;
}

// Where nothing but names, values of their own and counts are ruled, nothing is hidden.
bool may_rule_any(const SchemaFormula& formula) {
  const auto name = formula.keyword;
  return name != "properties" && name != "required" && name != "minProperties" && name != "maxProperties" &&
         name != "format" && name != "propertyNames";
}

bool is_required(const SchemaFormula& formula, std::string_view name) {
  if (formula.keyword != "required") return false;
  const auto* list = formula.part("required");
  return list->is_array() &&
         std::any_of(list->begin(), list->end(), [&](const auto& each) { return each == name; });
}

// Whether the left says nothing at all of a property.
bool is_open_to(const SchemaSequent& sequent, const std::string& name) {
  return std::none_of(sequent.left.begin(), sequent.left.end(), [&](const auto& each) {
    if (may_rule_any(each) || is_required(each, name)) return true;
    if (each.keyword != "properties") return false;
    const auto rules = properties_of(each);
    return is_named(each, rules, name) || !accepts_all(rules.rest) ||
           is_ruled_by_pattern(rules, name) != false;
  });
}

}  // namespace

// What a schema says that requires one property.
const Json& SchemaProof::required_one(const std::string& name) {
  const auto [found, added] = required_.try_emplace(name);
  if (added) found->second = Json{{"required", Json::array({name})}};
  return found->second;
}

bool SchemaProof::objects(const SchemaSequent& sequent) {
  double most = std::numeric_limits<double>::infinity();
  for (const auto& each : sequent.left) {
    if (each.keyword != "properties") continue;
    const auto rules = properties_of(each);
    if (rules.rest != nullptr && *rules.rest == false && rules.patterns == nullptr)
      most = std::min(most, static_cast<double>(members_of(rules.named).size()));
  }
  const auto required = required_names(sequent);
  if (!spend(required.size())) return false;
  if (counts(sequent, "minProperties", "maxProperties", static_cast<double>(required.size()), most))
    return true;
  if (has_impossible_property(sequent)) return true;
  if (sequent.right.size() == 1) return object_formula(sequent, sequent.right.front());
  const Attempt attempt(*this);
  return same_property(sequent) ||
         std::any_of(sequent.right.begin(), sequent.right.end(),
                     [&](const auto& each) { return object_formula(sequent, each); });
}

bool SchemaProof::object_formula(const SchemaSequent& sequent, const SchemaFormula& formula) {
  const auto name = formula.keyword;
  if (name == "properties") return properties(sequent, formula);
  if (name == "propertyNames") return names(sequent, formula);
  if (name == "dependentRequired" || name == "dependencies") return dependencies(sequent, formula);
  if (name != "required") return false;
  Names asked;
  add_names(formula.part("required"), asked);
  const auto there = required_names(sequent);
  return spend(asked.size() + there.size()) &&
         std::includes(there.begin(), there.end(), asked.begin(), asked.end());
}

// What is known of a property, when it is there.
SchemaProof::Formulas SchemaProof::property_facts(const SchemaSequent& sequent, const std::string& name) {
  Formulas out;
  for (const auto& each : sequent.left) {
    if (each.keyword != "properties") continue;
    const auto rules = properties_of(each);
    const auto* named = rules.named == nullptr ? nullptr : each.document->member(*rules.named, name);
    if (named != nullptr) out.push_back(each.whole(*named));
    if (!spend(members_of(rules.patterns).size())) return out;
    for (const auto& [pattern, schema] : members_of(rules.patterns)) {
      if (matches_pattern(pattern, name) == true) out.push_back(each.whole(schema));
    }
    if (named == nullptr && rules.rest != nullptr && is_ruled_by_pattern(rules, name) == false)
      out.push_back(each.whole(*rules.rest));
  }
  return out;
}

// Whether something must be there that nothing can be the value of: so are the alternatives told
// apart that have a constant each in a property of the same name.
bool SchemaProof::has_impossible_property(const SchemaSequent& sequent) {
  const Attempt attempt(*this);
  for (const auto name : required_names(sequent)) {
    auto facts = property_facts(sequent, std::string(name));
    if (!spend(1 + sequent.left.size())) return false;
    const bool never =
        std::any_of(facts.begin(), facts.end(), [](const auto& each) { return *each.schema == false; });
    if (never || (facts.size() > 1 && descend(std::move(facts), {}))) return true;
  }
  return false;
}

bool SchemaProof::properties(const SchemaSequent& sequent, const SchemaFormula& formula) {
  const auto rules = properties_of(formula);
  for (const auto& [name, schema] : members_of(rules.named)) {
    if (!property(sequent, formula, name)) return false;
  }
  if (accepts_all(rules.rest) && rules.patterns == nullptr) return true;
  for (const auto& each : sequent.left) {
    if (each.keyword != "properties") continue;
    for (const auto& [name, schema] : members_of(properties_of(each).named)) {
      if (!is_named(formula, rules, name) && !property(sequent, formula, name)) return false;
    }
  }
  for (const auto& [pattern, schema] : members_of(rules.patterns)) {
    if (!accepts_all(&schema) && !other_properties(sequent, formula, schema, &pattern)) return false;
  }
  return accepts_all(rules.rest) || other_properties(sequent, formula, *rules.rest, nullptr);
}

bool SchemaProof::is_forbidden(const SchemaSequent& sequent, const std::string& name) {
  return std::any_of(sequent.left.begin(), sequent.left.end(), [&](const auto& each) {
    return each.keyword == "propertyNames" &&
           match_.holds(Json(name), each.whole(*each.part("propertyNames"))) == false;
  });
}

// One that either side names.
bool SchemaProof::property(const SchemaSequent& sequent, const SchemaFormula& formula,
                           const std::string& name) {
  if (!spend(1 + sequent.left.size())) return false;
  if (is_forbidden(sequent, name)) return true;
  for (const auto& each : sequent.left) {
    if (each.keyword == "required" && !spend(each.part("required")->size() / 8)) return false;
  }
  const auto rules = properties_of(formula);
  const auto facts = property_facts(sequent, name);
  const auto* named = rules.named == nullptr ? nullptr : formula.document->member(*rules.named, name);
  const bool nobody_has_it =
      formula.lenient && named != nullptr && !accepts_nothing(*named) && is_open_to(sequent, name) &&
      std::all_of(sequent.right.begin(), sequent.right.end(), [](const auto& each) { return each.lenient; });
  const auto follows = [&](const Json& schema) {
    return accepts_all(&schema) || descend(facts, {formula.whole(schema)});
  };
  if (named != nullptr && !nobody_has_it && !follows(*named)) return false;
  cost_ += members_of(rules.patterns).size();
  for (const auto& [pattern, schema] : members_of(rules.patterns)) {
    if (matches_pattern(pattern, name) != false && !follows(schema)) return false;
  }
  return named != nullptr || rules.rest == nullptr || is_ruled_by_pattern(rules, name) == true ||
         follows(*rules.rest);
}

// Those that neither side names: that match the pattern; or without one, that match none.
bool SchemaProof::other_properties(const SchemaSequent& sequent, const SchemaFormula& formula,
                                   const Json& schema, const std::string* pattern) {
  const auto rules = properties_of(formula);
  const auto is_excluded = [&](const std::string& other) {
    return pattern == nullptr && rules.patterns != nullptr &&
           formula.document->member(*rules.patterns, other) != nullptr;
  };
  Formulas always, unmatched;
  std::vector<SchemaFormula> matched;
  for (const auto& each : sequent.left) {
    if (each.keyword != "properties") continue;
    const auto left = properties_of(each);
    if (!spend(1 + members_of(left.patterns).size())) return false;
    bool may_match = false, does_match = false;
    for (const auto& [other, value] : members_of(left.patterns)) {
      if (is_excluded(other)) continue;
      if (pattern != nullptr && other == *pattern) {
        always.push_back(each.whole(value));
        does_match = true;
      } else {
        matched.push_back(each.whole(value));
        may_match = true;
      }
    }
    if (left.rest == nullptr || does_match) continue;
    (may_match ? unmatched : always).push_back(each.whole(*left.rest));
  }
  const auto follows = [&](Formulas facts) {
    facts.insert(facts.end(), always.begin(), always.end());
    return descend(std::move(facts), {formula.whole(schema)});
  };
  // A name may match what only the left has patterns for.
  return follows(unmatched) &&
         std::all_of(matched.begin(), matched.end(), [&](const auto& each) { return follows({each}); });
}

// All on the right are of one property; it is enough that the value of it matches any.
bool SchemaProof::same_property(const SchemaSequent& sequent) {
  std::set<std::string> names;
  Formulas right;
  for (const auto& each : sequent.right) {
    if (each.keyword != "properties") continue;
    const auto rules = properties_of(each);
    if (rules.patterns != nullptr || !accepts_all(rules.rest) || members_of(rules.named).size() != 1)
      continue;
    const auto& [name, schema] = members_of(rules.named).front();
    names.insert(name);
    right.push_back(each.whole(schema));
  }
  return names.size() == 1 && right.size() > 1 &&
         descend(property_facts(sequent, *names.begin()), std::move(right));
}

bool SchemaProof::dependencies(const SchemaSequent& sequent, const SchemaFormula& formula) {
  std::size_t rules = 1 + sequent.right.size();
  for (const auto& each : sequent.left) {
    if (each.keyword.starts_with("depend")) rules += each.part(each.keyword)->size();
  }
  for (const auto& [name, value] : members_of(formula.part(formula.keyword))) {
    if (!spend(rules)) return false;
    // Where the property is there, something else on the right is true.
    if (std::any_of(sequent.right.begin(), sequent.right.end(), [&property = name](const auto& each) {
          return is_required(each, property) && each.part("required")->size() == 1;
        }))
      continue;
    if (value.is_array()) {
      Names asked;
      add_names(&value, asked);
      const auto there = required_names(sequent, {name});
      if (!spend(asked.size() + there.size())) return false;
      if (!std::includes(there.begin(), there.end(), asked.begin(), asked.end())) return false;
      continue;
    }
    auto left = sequent.left;
    left.push_back({formula.document, &required_one(name)});
    if (!prove({std::move(left), {formula.whole(value)}, sequent.types})) return false;
  }
  return true;
}

bool SchemaProof::names(const SchemaSequent& sequent, const SchemaFormula& formula) {
  static const Json text = {{"type", "string"}};
  const auto& schema = *formula.part("propertyNames");
  Formulas facts = {{formula.document, &text}};
  for (const auto& each : sequent.left) {
    if (each.keyword == "propertyNames") facts.push_back(each.whole(*each.part("propertyNames")));
    if (each.keyword != "properties") continue;
    const auto rules = properties_of(each);
    if (rules.rest == nullptr || *rules.rest != false || rules.patterns != nullptr) continue;
    const auto& named = members_of(rules.named);
    if (std::all_of(named.begin(), named.end(), [&](const auto& one) {
          return one.second == false || match_.holds(Json(one.first), formula.whole(schema)) == true;
        }))
      return true;
  }
  return descend(std::move(facts), {formula.whole(schema)});
}

}  // namespace toolhive::registry
