#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "registry/model/schema_proof.hpp"

namespace toolhive::registry {
namespace {

// Larger alternatives are not told apart pair by pair.
constexpr std::size_t kExclusive = 64;
// References that are followed at one place; they can lead round in circles.
constexpr std::size_t kReferences = 4'096;

bool splits_left(const SchemaFormula& formula) {
  const auto name = formula.keyword;
  return name == "anyOf" || name == "oneOf" || name == "if" || name == "dependentSchemas" ||
         (name == "dependencies" && formula.document->draft() >= Draft::V7);
}

bool lists_values(const SchemaFormula& formula) {
  return formula.keyword == "const" || formula.keyword == "enum";
}

template <class Each>
void each_value(const SchemaFormula& formula, const Each& each) {
  const auto& stated = *formula.part(formula.keyword);
  if (formula.keyword == "const") return each(stated);
  for (const auto& value : stated) each(value);
}

SchemaTypes types_listed(const SchemaFormula& formula) {
  SchemaTypes types = 0;
  each_value(formula, [&](const Json& value) { types |= type_of_value(value); });
  return types;
}

// The types of which all values there are, are listed.
SchemaTypes types_exhausted(const SchemaFormula& formula) {
  bool is_null = false, is_true = false, is_false = false;
  each_value(formula, [&](const Json& value) {
    is_null = is_null || value.is_null();
    is_true = is_true || value == true;
    is_false = is_false || value == false;
  });
  return (is_null ? kNullType : 0) | (is_true && is_false ? kBooleanType : 0);
}

std::vector<SchemaFormula> with(std::vector<SchemaFormula> formulas, SchemaFormula one) {
  formulas.push_back(one);
  return formulas;
}

SchemaFormula strict(SchemaFormula formula) {
  formula.lenient = false;
  return formula;
}

}  // namespace

// Takes apart what needs no choice. True when the sequent holds for that already.
bool SchemaProof::simplify(SchemaSequent& sequent) {
  for (bool more_left = true; more_left;) {
    more_left = false;
    if (simplify_left(sequent) || simplify_right(sequent, more_left)) return true;
  }
  std::erase_if(sequent.left,
                [&](const auto& each) { return (types_ruled(each.keyword) & sequent.types) == 0; });
  return sequent.types == 0;
}

bool SchemaProof::simplify_left(SchemaSequent& sequent) {
  auto todo = std::exchange(sequent.left, {});
  std::size_t references = 0;
  for (std::size_t i = 0; i < todo.size(); ++i) {
    const auto formula = todo[i];
    const auto name = formula.keyword;
    if (!spend(1 + formula.schema->size())) return false;
    if (name.empty() && formula.schema->is_boolean()) {
      if (*formula.schema == false) return true;
    } else if (name.empty() && !formula.document->is_reference_only(*formula.schema)) {
      const auto keywords = keywords_of(formula);
      todo.insert(todo.end(), keywords.begin(), keywords.end());
    } else if (name.empty() || name == "$ref") {
      const auto* target = formula.document->target(*formula.schema);
      if (target != nullptr && ++references <= kReferences)
        todo.push_back(formula.whole(*target));
      else
        sequent.left.push_back(formula.of("$ref"));
    } else if (name == "allOf" ||
               (splits_left(formula) && formula.part(name)->is_array() && formula.part(name)->size() == 1)) {
      for (const auto& each : *formula.part(name)) todo.push_back(formula.whole(each));
    } else if (name == "not") {
      sequent.right.push_back(formula.whole(*formula.part(name)));
    } else if (name == "type") {
      sequent.types &= types_stated(*formula.part(name));
    } else {
      if (lists_values(formula)) sequent.types &= types_listed(formula);
      sequent.left.push_back(formula);
    }
  }
  return sequent.types == 0;
}

bool SchemaProof::simplify_right(SchemaSequent& sequent, bool& more_left) {
  auto todo = std::exchange(sequent.right, {});
  for (std::size_t i = 0; i < todo.size(); ++i) {
    const auto formula = todo[i];
    if (!spend(1 + formula.schema->size())) return false;
    if (!formula.keyword.empty()) {
      if (simplify_right_keyword(sequent, formula, todo, more_left)) return true;
    } else if (formula.schema->is_boolean()) {
      if (*formula.schema == true) return true;
    } else if (formula.document->is_reference_only(*formula.schema)) {
      todo.push_back(formula.of("$ref"));
    } else {
      const auto keywords = keywords_of(formula);
      if (keywords.empty()) return true;
      const auto type = std::find_if(keywords.begin(), keywords.end(),
                                     [](const auto& each) { return each.keyword == "type"; });
      if (keywords.size() == 1)
        todo.push_back(keywords.front());
      else if (type == keywords.end() || (types_stated(*type->part("type")) & sequent.types) != 0)
        sequent.right.push_back(formula);
    }
  }
  return sequent.types == 0;
}

bool SchemaProof::simplify_right_keyword(SchemaSequent& sequent, const SchemaFormula& formula, Formulas& todo,
                                         bool& more_left) {
  const auto name = formula.keyword;
  if (name == "$ref") {
    const auto* target = formula.document->target(*formula.schema);
    if (target != nullptr && todo.size() <= kReferences) todo.push_back(formula.whole(*target));
    return false;
  }
  const auto* part = formula.part(name);
  if (name == "anyOf" || (name == "allOf" && part->size() == 1)) {
    for (const auto& each : *part) todo.push_back(formula.whole(each));
    return false;
  }
  if (name == "not") {
    sequent.left.push_back(strict(formula.whole(*part)));
    more_left = true;
    return false;
  }
  if (name == "type") {
    sequent.types &= ~types_stated(*part);
    return sequent.types == 0;
  }
  if (lists_values(formula)) sequent.types &= ~types_exhausted(formula);
  sequent.types &= types_ruled(name);
  sequent.right.push_back(formula);
  return sequent.types == 0;
}

// Whether several things have to be true for the formula to be.
bool SchemaProof::is_split(const SchemaFormula& formula) {
  const auto name = formula.keyword;
  return name.empty() || name == "allOf" || name == "oneOf" || name == "if" || name == "dependentSchemas";
}

bool SchemaProof::split_right(const SchemaSequent& sequent, const SchemaFormula& formula,
                              const Formulas& rest) {
  const auto follows = [&](Formulas left, SchemaFormula one) {
    return prove({std::move(left), with(rest, one), sequent.types});
  };
  const auto name = formula.keyword;
  if (name.empty()) {
    const auto keywords = keywords_of(formula);
    return std::all_of(keywords.begin(), keywords.end(),
                       [&](const auto& each) { return follows(sequent.left, each); });
  }
  const auto& part = *formula.part(name);
  if (name == "allOf")
    return std::all_of(part.begin(), part.end(),
                       [&](const auto& each) { return follows(sequent.left, formula.whole(each)); });
  if (name == "if") {
    const auto* then_part = formula.part("then");
    const auto* else_part = formula.part("else");
    const auto condition = strict(formula.whole(part));
    return (then_part == nullptr || follows(with(sequent.left, condition), formula.whole(*then_part))) &&
           (else_part == nullptr ||
            prove({sequent.left, with(with(rest, condition), formula.whole(*else_part)), sequent.types}));
  }
  if (name == "dependentSchemas") {
    for (const auto& [key, schema] : part.get_ref<const Json::object_t&>()) {
      if (!follows(with(sequent.left, {formula.document, &required_one(key), {}}), formula.whole(schema)))
        return false;
    }
    return true;
  }
  if (part.size() > kExclusive) return false;  // oneOf
  for (std::size_t i = 0; i < part.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto left =
          with(with(sequent.left, strict(formula.whole(part[i]))), strict(formula.whole(part[j])));
      if (!prove({left, rest, sequent.types})) return false;
    }
  }
  auto right = rest;
  for (const auto& each : part) right.push_back(formula.whole(each));
  return prove({sequent.left, right, sequent.types});
}

// One of several things is true of the value; the rest has to follow from each.
// Whether an alternative may be looked at without that the others are denied: not where these say
// something of values of it, and so of properties that nobody would have had.
bool SchemaProof::may_be_alone(const SchemaSequent& plain, const SchemaFormula& formula, std::size_t number) {
  if (std::none_of(plain.right.begin(), plain.right.end(), [](const auto& each) { return each.lenient; }))
    return true;
  const auto& alternatives = *formula.part("oneOf");
  const Attempt attempt(*this);
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    if (i != number && !prove({with(plain.left, formula.whole(alternatives[i])), {}, plain.types}))
      return false;
  }
  return true;
}

bool SchemaProof::split_left(const SchemaSequent& sequent, std::size_t number) {
  auto left = sequent.left;
  const auto formula = left[number];
  left.erase(left.begin() + static_cast<std::ptrdiff_t>(number));
  const auto name = formula.keyword;
  const auto& part = *formula.part(name);
  if (name == "if") {
    const auto condition = formula.whole(part);
    const auto branch = [&](std::string_view keyword) {
      const auto* schema = formula.part(keyword);
      return schema == nullptr ? left : with(left, formula.whole(*schema));
    };
    return prove({with(branch("then"), condition), sequent.right, sequent.types}) &&
           prove({branch("else"), with(sequent.right, condition), sequent.types});
  }
  if (part.is_object()) {  // Of dependentSchemas one after the other.
    std::vector<SchemaSequent> cases = {{left, sequent.right, sequent.types}};
    for (const auto& [key, schema] : part.get_ref<const Json::object_t&>()) {
      if (cases.size() > kExclusive) return false;
      for (std::size_t i = 0, size = cases.size(); i < size; ++i) {
        const SchemaFormula condition{formula.document, &required_one(key)};
        auto without = cases[i];
        without.right.push_back(condition);
        cases[i].left.push_back(condition);
        if (schema.is_array()) {
          for (const auto& other : schema)
            cases[i].left.push_back({formula.document, &required_one(other.get_ref<const std::string&>())});
        } else {
          cases[i].left.push_back(formula.whole(schema));
        }
        cases.push_back(std::move(without));
      }
    }
    return std::all_of(cases.begin(), cases.end(), [&](const auto& each) { return prove(each); });
  }
  for (std::size_t i = 0; i < part.size(); ++i) {
    auto right = sequent.right;
    for (std::size_t j = 0; name == "oneOf" && part.size() <= kExclusive && j < part.size(); ++j) {
      if (j != i) right.push_back(formula.whole(part[j]));
    }
    const SchemaSequent plain{with(left, formula.whole(part[i])), sequent.right, sequent.types};
    if (name == "oneOf" && may_be_alone(plain, formula, i)) {
      const Attempt attempt(*this);
      if (prove(plain)) continue;
    }
    if (!prove({plain.left, std::move(right), sequent.types})) return false;
  }
  return true;
}

// What is left to be proved of values of one kind.
bool SchemaProof::in_one_domain(const SchemaSequent& sequent) {
  const auto choice = std::find_if(sequent.left.begin(), sequent.left.end(), splits_left);
  const auto split = std::find_if(sequent.right.begin(), sequent.right.end(),
                                  [&](const auto& each) { return is_split(each); });
  if (choice == sequent.left.end() && split == sequent.right.end() && sequent.right.size() == 1)
    return by_theory(sequent);
  {
    const Attempt attempt(*this);
    if (by_theory(sequent)) return true;
  }
  if (choice != sequent.left.end())
    return split_left(sequent, static_cast<std::size_t>(choice - sequent.left.begin()));
  if (split == sequent.right.end()) return false;
  if (sequent.right.size() > 1 && by_one_of_several(sequent)) return true;
  auto rest = sequent.right;
  std::erase(rest, *split);
  return split_right(sequent, *split, rest);
}

// Tries each alone. What the left denies stays beside it: a property that it denies is one that it
// says something of.
bool SchemaProof::by_one_of_several(const SchemaSequent& sequent) {
  const Attempt attempt(*this);
  Formulas denied;
  std::copy_if(sequent.right.begin(), sequent.right.end(), std::back_inserter(denied),
               [](const auto& each) { return !each.lenient; });
  return std::any_of(sequent.right.begin(), sequent.right.end(), [&](const auto& each) {
    if (!is_split(each)) return false;
    const auto right = lenient_ && each.lenient ? with(denied, each) : Formulas{each};
    return right.size() < sequent.right.size() && prove({sequent.left, right, sequent.types});
  });
}

// When values are listed, each can be looked at. None when that settles nothing.
std::optional<bool> SchemaProof::by_values(const SchemaSequent& sequent) {
  const auto list = std::find_if(sequent.left.begin(), sequent.left.end(), lists_values);
  if (list == sequent.left.end()) return std::nullopt;
  bool covered = true, refuted = false;
  each_value(*list, [&](const Json& value) {
    covered = covered && !refuted && is_covered(value, sequent, refuted);
  });
  if (covered) return true;
  return refuted ? std::optional(false) : std::nullopt;
}

bool SchemaProof::is_covered(const Json& value, const SchemaSequent& sequent, bool& refuted) {
  if ((type_of_value(value) & sequent.types) == 0) return true;
  bool meant = true;
  for (const auto& each : sequent.left) {
    const auto match = match_.holds(value, each);
    if (match == false) return true;
    meant = meant && match == true;
  }
  bool known = true;
  for (const auto& each : sequent.right) {
    const auto match = match_.holds(value, each);
    if (match == true) return true;
    known = known && match == false;
  }
  refuted = meant && known;
  return false;
}

}  // namespace toolhive::registry
