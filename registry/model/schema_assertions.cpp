#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/utf8.hpp"
#include "registry/model/schema_bounds.hpp"
#include "registry/model/schema_comparison.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

// Whether one is so many times the other. Not for numbers that are rounded already.
bool divides(const Json& part, const Json& whole) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  const auto of = whole.get<double>();
  return std::abs(of) < kExact && std::fmod(of, part.get<double>()) == 0;
}

Effect effect_of_presence(const Json* before, const Json* after) {
  return before == nullptr ? Effect::Tighter : after == nullptr ? Effect::Looser : Effect::Unknown;
}

bool is_subset(const std::set<std::string>& part, const std::set<std::string>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

}  // namespace

void SchemaComparison::assertions(const Pair& pair) {
  types_and_values(pair);
  bounds(pair);
  for (const std::string_view keyword : {"minLength", "minItems", "minProperties"}) count(pair, keyword, 0);
  for (const std::string_view keyword : {"maxLength", "maxItems", "maxProperties"}) count(pair, keyword, -1);
  multiple(pair);
  flag(pair, "uniqueItems");
  opaque(pair, "pattern");
  opaque(pair, "format");
  content(pair);
  if (old_part(pair, "required") != nullptr || new_part(pair, "required") != nullptr)
    set_of(old_part(pair, "required"), new_part(pair, "required"), pair, {&pair.at, "required"}, "required");
}

void SchemaComparison::types_and_values(const Pair& pair) {
  const auto was = values_of(documents_[0], pair.before);
  const auto is = values_of(documents_[1], pair.after);
  const auto old_types = types_of(documents_[0], pair.before, was);
  const auto new_types = types_of(documents_[1], pair.after, is);
  const bool gone = !is_subset(old_types, new_types);
  const bool added = !is_subset(new_types, old_types);
  const auto effect = gone && added ? Effect::Unknown : gone ? Effect::Tighter : Effect::Looser;
  if (gone || added) note_change(effect, pair, "type", old_part(pair, "type"), new_part(pair, "type"));
  values(pair, was, is);
}

void SchemaComparison::values(const Pair& pair, const std::optional<SchemaValues>& was,
                              const std::optional<SchemaValues>& is) {
  const auto whole = [&](const auto& values, std::size_t side) {
    return values ? documents_[side].part(side == 0 ? pair.before : pair.after, values->keyword) : nullptr;
  };
  const auto keyword = is ? is->keyword : was ? was->keyword : std::string_view();
  if (!was || !is)
    return note_change(effect_of_presence(whole(was, 0), whole(is, 1)), pair, keyword, whole(was, 0),
                       whole(is, 1));
  for (const auto* side : {&was->texts, &is->texts}) {
    for (const auto& text : *side) cost_ += text.size();
  }
  const bool gone = !is_subset(was->texts, is->texts);
  const bool added = !is_subset(is->texts, was->texts);
  if (keyword == "const" && was->keyword == "const") {
    if (gone || added) note_change(Effect::Unknown, pair, keyword, whole(was, 0), whole(is, 1));
    return;
  }
  changes_of_set(was->texts, is->texts, Effect::Looser, pair, {&pair.at, keyword}, keyword);
}

void SchemaComparison::bounds(const Pair& pair) {
  bound(pair, true);
  bound(pair, false);
}

void SchemaComparison::bound(const Pair& pair, bool lower) {
  const auto was = bound_of(documents_[0], pair.before, lower);
  const auto is = bound_of(documents_[1], pair.after, lower);
  if (was.value == nullptr && is.value == nullptr) return;
  const auto accepts_integers = [&](std::size_t side, const Json& schema) {
    return !types_of(documents_[side], schema, std::nullopt).contains("number");
  };
  const bool integers = accepts_integers(0, pair.before) && accepts_integers(1, pair.after);
  const auto effect = effect_of_bounds(was, is, lower, integers);
  if (effect == Effect::None) return;
  if (was.value == nullptr || is.value == nullptr || was.keyword == is.keyword)
    return note_change(effect, pair, is.value == nullptr ? was.keyword : is.keyword, was.value, is.value);
  note(effect, pair, {&pair.at, is.keyword}, is.keyword,
       "changed from " + std::string(was.keyword) + " " + json_excerpt(*was.value, kShownBytes) + " to " +
           json_excerpt(*is.value, kShownBytes));
}

// A number of things; less than none is no default.
void SchemaComparison::count(const Pair& pair, std::string_view keyword, int by_default) {
  const auto* was = old_part(pair, keyword);
  const auto* is = new_part(pair, keyword);
  if (was == nullptr && is == nullptr) return;
  const bool lower = keyword.starts_with("min");
  const Json none = by_default;
  const auto bound = [&](const Json* value) {
    return value != nullptr ? SchemaBound{value, false, keyword}
           : by_default < 0 ? SchemaBound()
                            : SchemaBound{&none, false, keyword};
  };
  const auto effect = effect_of_bounds(bound(was), bound(is), lower, true);
  if (effect != Effect::None) note_change(effect, pair, keyword, was, is);
}

void SchemaComparison::multiple(const Pair& pair) {
  const auto* was = old_part(pair, "multipleOf");
  const auto* is = new_part(pair, "multipleOf");
  if (was == nullptr && is == nullptr) return;
  auto effect = effect_of_presence(was, is);
  if (was != nullptr && is != nullptr) {
    if (compare_numbers(*was, *is) == 0) return;
    if (divides(*was, *is)) effect = Effect::Tighter;
    if (divides(*is, *was)) effect = Effect::Looser;
  }
  note_change(effect, pair, "multipleOf", was, is);
}

void SchemaComparison::flag(const Pair& pair, std::string_view keyword) {
  const auto* was = old_part(pair, keyword);
  const auto* is = new_part(pair, keyword);
  const auto is_set = [](const Json* value) { return value != nullptr && *value == true; };
  if (is_set(was) != is_set(is))
    note_change(is_set(is) ? Effect::Tighter : Effect::Looser, pair, keyword, was, is);
}

// A keyword whose values say nothing about each other.
void SchemaComparison::opaque(const Pair& pair, std::string_view keyword) {
  const auto* was = old_part(pair, keyword);
  const auto* is = new_part(pair, keyword);
  if (was == nullptr || is == nullptr || *was != *is)
    note_change(effect_of_presence(was, is), pair, keyword, was, is);
}

// What a text holds: the keywords for it mean something else each time that one of them changes.
void SchemaComparison::content(const Pair& pair) {
  bool had = false, has = false;
  for (const std::string_view keyword : {"contentEncoding", "contentMediaType", "contentSchema"}) {
    had = had || old_part(pair, keyword) != nullptr;
    has = has || new_part(pair, keyword) != nullptr;
  }
  for (const std::string_view keyword : {"contentEncoding", "contentMediaType"}) {
    const auto* was = old_part(pair, keyword);
    const auto* is = new_part(pair, keyword);
    if ((was != nullptr && is != nullptr && *was == *is) || (was == nullptr && is == nullptr)) continue;
    note_change(had && has ? Effect::Unknown : effect_of_presence(was, is), pair, keyword, was, is);
  }
  subschema(pair, "contentSchema");
}

// A list of texts that must all be there.
void SchemaComparison::set_of(const Json* before, const Json* after, const Pair& pair, const JsonPlace& at,
                              std::string_view keyword) {
  const auto texts = [this](const Json* list) {
    std::set<std::string> out;
    if (list == nullptr || !list->is_array()) return out;  // The flag of earlier drafts.
    for (const auto& item : *list) {
      auto text = canonical_json(item);
      cost_ += text.size();
      out.insert(std::move(text));
    }
    return out;
  };
  changes_of_set(texts(before), texts(after), Effect::Tighter, pair, at, keyword);
}

void SchemaComparison::changes_of_set(const std::set<std::string>& was, const std::set<std::string>& is,
                                      Effect of_added, const Pair& pair, const JsonPlace& at,
                                      std::string_view keyword) {
  const auto compare = [&](const auto& all, const auto& others, Effect effect, std::string_view what) {
    for (const auto& each : all) {
      if (!others.contains(each))
        note(effect, pair, at, keyword, "has " + shortened(each, kShownBytes) + std::string(what));
    }
  };
  compare(is, was, of_added, " added");
  compare(was, is, flipped(of_added), " removed");
}

}  // namespace toolhive::registry
