#include "registry/model/schema_bounds.hpp"

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace toolhive::registry {
namespace {

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

template <class One, class Other>
std::partial_ordering order_of(One one, Other other) {
  if (std::cmp_less(one, other)) return std::partial_ordering::less;
  return std::cmp_equal(one, other) ? std::partial_ordering::equivalent : std::partial_ordering::greater;
}

template <class One>
std::partial_ordering order_of_integer(One one, const Json& other) {
  return other.is_number_unsigned() ? order_of(one, other.get<std::uint64_t>())
                                    : order_of(one, other.get<std::int64_t>());
}

// An exclusive bound of integers is the inclusive one of the next integer.
std::optional<std::int64_t> inclusive_integer(const SchemaBound& bound, bool lower) {
  if (!bound.value->is_number_integer() || std::abs(bound.value->get<double>()) >= kExactIntegers)
    return std::nullopt;
  return bound.value->get<std::int64_t>() + (!bound.exclusive ? 0 : lower ? 1 : -1);
}

// Less means that `one` lets more through.
std::partial_ordering strictness(const SchemaBound& one, const SchemaBound& other, bool lower) {
  const auto order =
      lower ? compare_numbers(*one.value, *other.value) : compare_numbers(*other.value, *one.value);
  return order == 0 ? one.exclusive <=> other.exclusive : order;
}

Effect effect_of_order(std::partial_ordering before_to_after) {
  if (before_to_after == 0) return Effect::None;
  return before_to_after < 0 ? Effect::Tighter : before_to_after > 0 ? Effect::Looser : Effect::Unknown;
}

}  // namespace

std::partial_ordering compare_numbers(const Json& one, const Json& other) {
  if (one.is_number_integer() && other.is_number_integer())
    return one.is_number_unsigned() ? order_of_integer(one.get<std::uint64_t>(), other)
                                    : order_of_integer(one.get<std::int64_t>(), other);
  const auto a = one.get<double>();
  const auto b = other.get<double>();
  if (a == b && std::abs(a) >= kExactIntegers && one.is_number_integer() != other.is_number_integer())
    return std::partial_ordering::unordered;
  return a <=> b;
}

SchemaBound bound_of(SchemaDocument& document, const Json& schema, bool lower) {
  const std::string_view plain = lower ? "minimum" : "maximum";
  const std::string_view strict = lower ? "exclusiveMinimum" : "exclusiveMaximum";
  const auto* value = document.part(schema, plain);
  const auto* exclusive = document.part(schema, strict);
  // Draft 4 has a flag where later drafts have a number.
  if (exclusive != nullptr && exclusive->is_boolean())
    return value == nullptr ? SchemaBound() : SchemaBound{value, *exclusive == true, plain};
  const SchemaBound one{value, false, plain};
  const SchemaBound other{exclusive, true, strict};
  if (exclusive == nullptr) return value == nullptr ? SchemaBound() : one;
  return value != nullptr && strictness(one, other, lower) > 0 ? one : other;
}

Effect effect_of_bounds(const SchemaBound& before, const SchemaBound& after, bool lower, bool integers) {
  if (before.value == nullptr) return after.value == nullptr ? Effect::None : Effect::Tighter;
  if (after.value == nullptr) return Effect::Looser;
  if (integers) {
    const auto was = inclusive_integer(before, lower);
    const auto is = inclusive_integer(after, lower);
    if (was && is) return effect_of_order(lower ? *was <=> *is : *is <=> *was);
  }
  return effect_of_order(strictness(before, after, lower));
}

}  // namespace toolhive::registry
