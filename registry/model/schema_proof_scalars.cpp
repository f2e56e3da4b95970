#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "registry/model/schema_bounds.hpp"
#include "registry/model/schema_proof.hpp"

namespace toolhive::registry {
namespace {

constexpr double kExactCount = 9007199254740992.0;  // 2^53
constexpr double kEndless = std::numeric_limits<double>::infinity();

// The numbers between two bounds. No value: there is none on that side.
struct Interval {
  SchemaBound lower, upper;
};

// Whether one lets less through than the other. False when that cannot be told.
bool is_stricter(const SchemaBound& one, const SchemaBound& other, bool lower) {
  if (one.value == nullptr || other.value == nullptr) return one.value != nullptr;
  const auto order = compare_numbers(*one.value, *other.value);
  return order == 0 ? one.exclusive && !other.exclusive : lower ? order > 0 : order < 0;
}

void narrow(Interval& interval, const SchemaBound& bound, bool lower) {
  auto& side = lower ? interval.lower : interval.upper;
  if (is_stricter(bound, side, lower)) side = bound;
}

bool is_empty(const Interval& interval, bool integers) {
  const auto& [lower, upper] = interval;
  if (lower.value == nullptr || upper.value == nullptr) return false;
  const auto order = compare_numbers(*lower.value, *upper.value);
  if (order == std::partial_ordering::unordered) return false;
  if (order > 0 || (order == 0 && (lower.exclusive || upper.exclusive))) return true;
  const auto least = lower.value->get<double>();
  const auto most = upper.value->get<double>();
  if (!integers || std::abs(least) >= kExactCount || std::abs(most) >= kExactCount) return false;
  const auto first = std::ceil(least) + (lower.exclusive && std::ceil(least) == least ? 1 : 0);
  const auto last = std::floor(most) - (upper.exclusive && std::floor(most) == most ? 1 : 0);
  return first > last;
}

bool is_bound(const SchemaFormula& formula) {
  return formula.keyword == "minimum" || formula.keyword == "maximum";
}

// Whether one number is so many times the other. Not for numbers that are rounded already.
bool is_multiple_of(const Json& whole, const Json& part) {
  return std::abs(whole.get<double>()) < kExactCount &&
         std::fmod(whole.get<double>(), part.get<double>()) == 0;
}

bool is_whole(const Json& number) {
  return number.is_number_integer() || std::trunc(number.get<double>()) == number.get<double>();
}

}  // namespace

bool SchemaProof::by_theory(const SchemaSequent& sequent) {
  if (by_same(sequent)) return true;
  if ((sequent.types & kObjectType) != 0) return objects(sequent);
  if ((sequent.types & kArrayType) != 0) return arrays(sequent);
  if ((sequent.types & kStringType) != 0) return counts(sequent, "minLength", "maxLength", 0, kEndless);
  if ((sequent.types & kNumberTypes) == 0) return false;
  return ((sequent.types & kIntegerType) == 0 || numbers(sequent, kIntegerType)) &&
         ((sequent.types & kFractionType) == 0 || numbers(sequent, kFractionType));
}

// Keywords that nothing else follows from than themselves.
bool SchemaProof::by_same(const SchemaSequent& sequent) {
  for (const auto& right : sequent.right) {
    const auto name = right.keyword;
    const bool opaque =
        name == "pattern" || name == "format" || name == "content" || name.starts_with("unevaluated");
    if (!opaque) continue;
    for (const auto& left : sequent.left) {
      if (left.keyword == name && is_same(left, right, cost_)) return true;
    }
  }
  return false;
}

bool SchemaProof::numbers(const SchemaSequent& sequent, SchemaTypes type) {
  Interval interval;
  for (const auto& each : sequent.left) {
    if (is_bound(each))
      narrow(interval, bound_of(*each.document, *each.schema, each.keyword == "minimum"),
             each.keyword == "minimum");
  }
  for (const auto& each : sequent.right) {
    if (!is_bound(each)) continue;
    // Where it is not true, the number is beyond.
    auto bound = bound_of(*each.document, *each.schema, each.keyword == "minimum");
    if (bound.value == nullptr) return true;
    bound.exclusive = !bound.exclusive;
    narrow(interval, bound, each.keyword != "minimum");
  }
  return is_empty(interval, type == kIntegerType) || numbers_of_multiples(sequent, type);
}

bool SchemaProof::numbers_of_multiples(const SchemaSequent& sequent, SchemaTypes type) {
  const auto is_multiple = [](const auto& each) { return each.keyword == "multipleOf"; };
  for (const auto& left : sequent.left) {
    if (is_multiple(left) && type == kFractionType && is_whole(*left.part("multipleOf"))) return true;
  }
  for (const auto& right : sequent.right) {
    if (!is_multiple(right)) continue;
    const auto& of = *right.part("multipleOf");
    if (type == kIntegerType && is_multiple_of(Json(1), of)) return true;
    for (const auto& left : sequent.left) {
      if (!is_multiple(left)) continue;
      const auto& stated = *left.part("multipleOf");
      if (compare_numbers(stated, of) == 0 || is_multiple_of(stated, of)) return true;
    }
  }
  return false;
}

// Of a number of things that is between `lower` and `upper` anyway.
bool SchemaProof::counts(const SchemaSequent& sequent, std::string_view least, std::string_view most,
                         double lower, double upper) {
  const auto narrow_counts = [&](const Formulas& formulas, bool opposite) {
    for (const auto& each : formulas) {
      if (each.keyword != least && each.keyword != most) continue;
      const auto count = each.part(each.keyword)->template get<double>();
      if (count >= kExactCount) continue;
      const bool from_below = (each.keyword == least) != opposite;
      if (from_below)
        lower = std::max(lower, opposite ? count + 1 : count);
      else
        upper = std::min(upper, opposite ? count - 1 : count);
    }
  };
  narrow_counts(sequent.left, false);
  narrow_counts(sequent.right, true);
  return lower > upper;
}

}  // namespace toolhive::registry
