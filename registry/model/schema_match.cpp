#include "registry/model/schema_match.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "registry/model/schema_bounds.hpp"
#include "registry/model/schema_pattern.hpp"
#include "registry/model/schema_values.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

// References can lead round in circles; values are nested no deeper.
constexpr int kMatchDepth = 128;

using Truth = std::optional<bool>;

// All of them are true. What is false counts, whatever cannot be told.
Truth both(Truth one, Truth other) {
  if (one == false || other == false) return false;
  return one && other ? Truth(true) : std::nullopt;
}

Truth opposite(Truth truth) {
  return truth ? Truth(!*truth) : std::nullopt;
}

Truth either(Truth one, Truth other) {
  return opposite(both(opposite(one), opposite(other)));
}

template <class List, class Each>
Truth all_of(const List& list, const Each& each) {
  Truth out = true;
  for (const auto& item : list) {
    out = both(out, each(item));
    if (out == false) return out;
  }
  return out;
}

Truth within(const SchemaFormula& formula, std::size_t count) {
  const Json number = count;
  const auto order = compare_numbers(number, *formula.part(formula.keyword));
  return formula.keyword.starts_with("min") ? order >= 0 : order <= 0;
}

Truth are_required(const Json& names, const Json& value, SchemaDocument& document) {
  return !names.is_array() || std::all_of(names.begin(), names.end(), [&](const auto& name) {
    return document.member(value, name.template get_ref<const std::string&>()) != nullptr;
  });
}

Truth is_multiple(const Json& value, const Json& of) {
  const auto a = value.get<double>();
  const auto b = of.get<double>();
  const auto left = std::abs(std::fmod(a, b));
  if (left == 0 && is_exact_value(value)) return true;
  // Between is what rounding makes of fractions.
  const bool far = left > 1e-6 * b && left < (1 - 1e-6) * b && std::abs(a) < 1e9 * b;
  return far ? Truth(false) : std::nullopt;
}

Truth are_unique(const Json& value) {
  std::set<std::string> texts;
  for (const auto& item : value) {
    if (!is_exact_value(item)) return std::nullopt;
    texts.insert(text_of_value(item));
  }
  return texts.size() == value.size();
}

}  // namespace

Truth SchemaMatch::holds(const Json& value, const SchemaFormula& formula) {
  if (++cost_ > limit_ || depth_ >= kMatchDepth) return std::nullopt;
  ++depth_;
  const auto out = formula.keyword.empty() ? whole(value, formula) : keyword(value, formula);
  --depth_;
  return out;
}

Truth SchemaMatch::whole(const Json& value, const SchemaFormula& formula) {
  if (formula.schema->is_boolean()) return *formula.schema == true;
  if (formula.document->is_reference_only(*formula.schema)) return keyword(value, formula.of("$ref"));
  cost_ += formula.schema->size();
  return all_of(keywords_of(formula), [&](const auto& each) { return holds(value, each); });
}

Truth SchemaMatch::keyword(const Json& value, const SchemaFormula& formula) {
  const auto type = type_of_value(value);
  const auto name = formula.keyword;
  if ((type & types_ruled(name)) == 0) return true;
  const auto matches = [&](const Json& schema) { return holds(value, formula.whole(schema)); };
  if (name == "$ref") {
    const auto* target = formula.document->target(*formula.schema);
    return target == nullptr ? std::nullopt : matches(*target);
  }
  if (name == "type") {
    // To draft-04, 1.0 is no integer for some.
    if (formula.document->draft() == Draft::V4 && value.is_number_float() && type == kIntegerType)
      return std::nullopt;
    return (type & types_stated(*formula.part("type"))) != 0;
  }
  if (name == "const" || name == "enum") return is_listed(value, formula);
  if (name == "allOf") return all_of(*formula.part(name), matches);
  if (name == "anyOf")
    return opposite(all_of(*formula.part(name), [&](const auto& each) { return opposite(matches(each)); }));
  if (name == "oneOf") return one_of(value, formula);
  if (name == "not") return opposite(matches(*formula.part(name)));
  if (name == "if") return condition(value, formula);
  if (name == "format" || name.starts_with('$')) return std::nullopt;
  if (value.is_number()) return number(value, formula);
  if (value.is_string()) return text(value, formula);
  return value.is_array() ? array(value, formula) : object(value, formula);
}

Truth SchemaMatch::is_listed(const Json& value, const SchemaFormula& formula) {
  const auto& texts = formula.document->values(*formula.schema, formula.keyword);
  const bool listed = texts.contains(text_of_value(value));
  return is_exact_value(value) ? Truth(listed) : std::nullopt;
}

Truth SchemaMatch::number(const Json& value, const SchemaFormula& formula) {
  if (formula.keyword == "multipleOf") return is_multiple(value, *formula.part("multipleOf"));
  const bool lower = formula.keyword == "minimum";
  const auto bound = bound_of(*formula.document, *formula.schema, lower);
  if (bound.value == nullptr) return true;
  const auto order = compare_numbers(value, *bound.value);
  if (order == std::partial_ordering::unordered) return std::nullopt;
  return order == 0 ? !bound.exclusive : (order > 0) == lower;
}

Truth SchemaMatch::text(const Json& value, const SchemaFormula& formula) {
  const auto& string = value.get_ref<const std::string&>();
  if (formula.keyword == "pattern")
    return matches_pattern(formula.part("pattern")->get_ref<const std::string&>(), string);
  if (formula.keyword == "content") return std::nullopt;
  cost_ += string.size() / 16;
  return within(formula, count_characters(string));
}

Truth SchemaMatch::array(const Json& value, const SchemaFormula& formula) {
  if (formula.keyword == "minItems" || formula.keyword == "maxItems") return within(formula, value.size());
  if (formula.keyword == "items") return items(value, formula);
  if (formula.keyword == "contains" || formula.keyword == "maxContains") return contains(value, formula);
  cost_ += value.size();
  if (formula.keyword == "uniqueItems")
    return *formula.part("uniqueItems") == false ? Truth(true) : are_unique(value);
  return value.empty() ? Truth(true) : std::nullopt;
}

Truth SchemaMatch::items(const Json& value, const SchemaFormula& formula) {
  const auto rules = items_of(formula);
  const auto first = rules.prefix == nullptr ? 0 : rules.prefix->size();
  Truth out = true;
  for (std::size_t i = 0; i < value.size() && out != false; ++i) {
    const auto* rule = i < first ? &(*rules.prefix)[i] : rules.rest;
    if (rule != nullptr) out = both(out, holds(value[i], formula.whole(*rule)));
  }
  return out;
}

Truth SchemaMatch::contains(const Json& value, const SchemaFormula& formula) {
  std::size_t least = 0, most = 0;
  for (const auto& item : value) {
    const auto match = holds(item, formula.whole(*formula.part("contains")));
    least += match == true ? 1 : 0;
    most += match == false ? 0 : 1;
  }
  const Json one = 1;
  const bool lower = formula.keyword == "contains";
  const auto* bound = formula.part(lower ? "minContains" : "maxContains");
  if (bound == nullptr) bound = &one;
  const auto fits = [&](std::size_t count) {
    const auto order = compare_numbers(Json(count), *bound);
    return lower ? order >= 0 : order <= 0;
  };
  return fits(least) == fits(most) ? Truth(fits(least)) : std::nullopt;
}

Truth SchemaMatch::object(const Json& value, const SchemaFormula& formula) {
  const auto name = formula.keyword;
  cost_ += value.size();
  if (name == "minProperties" || name == "maxProperties") return within(formula, value.size());
  if (name == "required") return are_required(*formula.part("required"), value, *formula.document);
  if (name == "properties") return properties(value, formula);
  if (name == "propertyNames")
    return all_of(value.get_ref<const Json::object_t&>(), [&](const auto& member) {
      return holds(Json(member.first), formula.whole(*formula.part("propertyNames")));
    });
  if (name == "unevaluatedProperties") return value.empty() ? Truth(true) : std::nullopt;
  return dependencies(value, formula);
}

Truth SchemaMatch::properties(const Json& value, const SchemaFormula& formula) {
  const auto rules = properties_of(formula);
  return all_of(value.get_ref<const Json::object_t&>(),
                [&](const auto& member) { return property(member.first, member.second, formula, rules); });
}

Truth SchemaMatch::property(const std::string& name, const Json& value, const SchemaFormula& formula,
                            const SchemaProperties& rules) {
  const auto* named = rules.named == nullptr ? nullptr : formula.document->member(*rules.named, name);
  Truth out = named == nullptr ? Truth(true) : holds(value, formula.whole(*named));
  Truth ruled = named != nullptr;
  if (rules.patterns != nullptr) {
    for (const auto& [pattern, schema] : rules.patterns->get_ref<const Json::object_t&>()) {
      const auto match = matches_pattern(pattern, name);
      cost_ += name.size() / 16;
      ruled = either(ruled, match);
      if (match != false) out = both(out, either(opposite(match), holds(value, formula.whole(schema))));
    }
  }
  if (rules.rest == nullptr || ruled == true) return out;
  return both(out, either(ruled, holds(value, formula.whole(*rules.rest))));
}

Truth SchemaMatch::dependencies(const Json& value, const SchemaFormula& formula) {
  const auto out =
      all_of(formula.part(formula.keyword)->get_ref<const Json::object_t&>(), [&](const auto& each) -> Truth {
        if (formula.document->member(value, each.first) == nullptr) return true;
        return each.second.is_array() ? are_required(each.second, value, *formula.document)
                                      : holds(value, formula.whole(each.second));
      });
  // Since 2019-09 some look at `dependencies` still, others do not.
  const bool unsure = formula.keyword == "dependencies" && formula.document->draft() < Draft::V7;
  return unsure && out == false ? std::nullopt : out;
}

Truth SchemaMatch::one_of(const Json& value, const SchemaFormula& formula) {
  std::size_t least = 0, most = 0;
  for (const auto& schema : *formula.part("oneOf")) {
    const auto match = holds(value, formula.whole(schema));
    least += match == true ? 1 : 0;
    most += match == false ? 0 : 1;
  }
  if (least > 1 || most == 0) return false;
  return least == 1 && most == 1 ? Truth(true) : std::nullopt;
}

Truth SchemaMatch::condition(const Json& value, const SchemaFormula& formula) {
  const auto match = holds(value, formula.whole(*formula.part("if")));
  const auto branch = [&](std::string_view name) {
    const auto* schema = formula.part(name);
    return schema == nullptr ? Truth(true) : holds(value, formula.whole(*schema));
  };
  if (match) return branch(*match ? "then" : "else");
  const auto one = branch("then"), other = branch("else");
  return one == other ? one : std::nullopt;
}

}  // namespace toolhive::registry
