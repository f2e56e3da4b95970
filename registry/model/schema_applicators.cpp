#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "registry/model/schema_comparison.hpp"

namespace toolhive::registry {
namespace {

const Json& none() {
  static const Json object = Json::object();
  return object;
}

const Json& or_none(const Json* map) {
  return map == nullptr ? none() : *map;
}

const Json& or_true(const Json* schema) {
  return schema == nullptr ? true_schema() : *schema;
}

// Whether a regular expression may match a name. Only of a beginning in plain letters that it
// cannot is known.
bool may_match(std::string_view pattern, std::string_view name) {
  if (!pattern.starts_with('^')) return true;
  pattern.remove_prefix(1);
  const auto is_plain = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; };
  return !std::all_of(pattern.begin(), pattern.end(), is_plain) || name.starts_with(pattern);
}

bool may_match_any(const Json& patterns, std::string_view name) {
  return std::any_of(patterns.get_ref<const Json::object_t&>().begin(),
                     patterns.get_ref<const Json::object_t&>().end(),
                     [&](const auto& pattern) { return may_match(pattern.first, name); });
}

Effect effect_of_lists(const Json& before, const Json& after) {
  const auto holds = [](const Json& whole, const Json& part) {
    return std::all_of(part.begin(), part.end(), [&](const auto& each) {
      return std::find(whole.begin(), whole.end(), each) != whole.end();
    });
  };
  constexpr std::size_t kFew = 64;  // Each is looked for among all others.
  if (before.size() > kFew || after.size() > kFew) return Effect::Unknown;
  const bool more = holds(after, before);
  const bool less = holds(before, after);
  return more && less ? Effect::None : more ? Effect::Tighter : less ? Effect::Looser : Effect::Unknown;
}

}  // namespace

void SchemaComparison::subschema(const Pair& pair, std::string_view keyword) {
  const auto* was = old_part(pair, keyword);
  const auto* is = new_part(pair, keyword);
  if (was != nullptr || is != nullptr)
    schemas({or_true(was), or_true(is), {&pair.at, keyword}, pair.polarity, pair.settled});
}

// The keyword that rules what is neither named nor matches a pattern. Where nothing else can look
// at properties, that is also the one for those that nothing looked at.
std::string_view SchemaComparison::rest_name(const Json& schema, std::size_t side) {
  auto& document = documents_[side];
  const bool unevaluated = document.part(schema, "additionalProperties") == nullptr &&
                           document.part(schema, "unevaluatedProperties") != nullptr;
  return unevaluated ? "unevaluatedProperties" : "additionalProperties";
}

void SchemaComparison::properties(const Pair& pair) {
  const auto& was = or_none(old_part(pair, "properties"));
  const auto& is = or_none(new_part(pair, "properties"));
  const JsonPlace all{&pair.at, "properties"};
  for (const auto& [name, value] : is.get_ref<const Json::object_t&>()) {
    const JsonPlace here{&all, name};
    if (const auto* old_value = documents_[0].member(was, name))
      schemas({*old_value, value, here, pair.polarity, pair.settled});
    else
      property(pair, here, name, value);
  }
  for (const auto& [name, value] : was.get_ref<const Json::object_t&>()) {
    if (documents_[1].member(is, name) == nullptr) gone_property(pair, {&all, name});
  }
  patterns(pair);
  rest_of_properties(pair);
}

// Callers who send it are not understood any more, accepted or not; unless the new schema has no
// properties of its own to be told apart from.
void SchemaComparison::gone_property(const Pair& pair, const JsonPlace& here) {
  const bool lists = new_part(pair, "const") != nullptr || new_part(pair, "enum") != nullptr;
  const bool meant = direction_ == Direction::Input && !lists && documents_[1].has_assertions(pair.after);
  note(Effect::Unknown, pair, here, "properties", "is not a property any more", meant);
}

// One that is named now: it was ruled by patterns, or by what ruled the rest.
void SchemaComparison::property(const Pair& pair, const JsonPlace& here, std::string_view name,
                                const Json& value) {
  const auto& old_patterns = or_none(old_part(pair, "patternProperties"));
  cost_ += kMemberCost * old_patterns.size();
  if (may_match_any(old_patterns, name))
    return note(Effect::Unknown, pair, here, "properties", "is a new property that a pattern may have ruled");
  const auto* rest = old_part(pair, rest_name(pair.before, 0));
  if (rest == nullptr || *rest == true) return open_property(pair, here, value);
  if (accepts_nothing(*rest) && !accepts_nothing(value))
    return note(Effect::Looser, pair, here, "properties", "is a new property");
  schemas({*rest, value, here, pair.polarity, pair.settled});
}

// By policy nobody has sent it, except where it is forbidden or turned round.
void SchemaComparison::open_property(const Pair& pair, const JsonPlace& here, const Json& value) {
  if (accepts_nothing(value))
    return note(Effect::Tighter, pair, here, "properties", "is a property that must not be there");
  const bool narrower =
      pair.polarity == Polarity::Both || (pair.polarity == Polarity::Negative && !accepts_all(&value));
  note(narrower ? Effect::Tighter : Effect::None, pair, here, "properties", "is a new property");
}

void SchemaComparison::patterns(const Pair& pair) {
  const auto& was = or_none(old_part(pair, "patternProperties"));
  const auto& is = or_none(new_part(pair, "patternProperties"));
  const bool open = accepts_all(old_part(pair, rest_name(pair.before, 0))) &&
                    accepts_all(new_part(pair, rest_name(pair.after, 1)));
  const JsonPlace all{&pair.at, "patternProperties"};
  const auto alone = [&](const std::string& key, const Json& old_value, const Json& new_value,
                         std::string_view what) {
    if (!open || pair.polarity == Polarity::Both)
      note(Effect::Unknown, pair, {&all, key}, "patternProperties", std::string(what));
    else
      schemas({old_value, new_value, {&all, key}, pair.polarity, pair.settled});
  };
  for (const auto& [key, value] : is.get_ref<const Json::object_t&>()) {
    if (const auto* old_value = documents_[0].member(was, key))
      schemas({*old_value, value, {&all, key}, pair.polarity, pair.settled});
    else
      alone(key, true_schema(), value, "takes properties from the rule for all others");
  }
  for (const auto& [key, value] : was.get_ref<const Json::object_t&>()) {
    if (documents_[1].member(is, key) == nullptr)
      alone(key, value, true_schema(), "leaves its properties to the rule for all others");
  }
}

void SchemaComparison::rest_of_properties(const Pair& pair) {
  const auto old_name = rest_name(pair.before, 0);
  const auto new_name = rest_name(pair.after, 1);
  const auto* was = old_part(pair, old_name);
  const auto* is = new_part(pair, new_name);
  if (was != nullptr || is != nullptr)
    schemas({or_true(was),
             or_true(is),
             {&pair.at, is != nullptr ? new_name : old_name},
             pair.polarity,
             pair.settled});
  if (pair.polarity == Polarity::Both && (old_name != "unevaluatedProperties" || old_name != new_name))
    subschema(pair, "unevaluatedProperties");
  subschema(pair, "propertyNames");
  dependencies(pair, "dependentSchemas");
  dependencies(pair, "dependentRequired");
  dependencies(pair, "dependencies");
}

// `items` of today is for what comes after `prefixItems`; earlier drafts wrote the latter as a list
// in `items`, with `additionalItems` for the rest.
SchemaComparison::Items SchemaComparison::items_of(const Json& schema, std::size_t side) {
  auto& document = documents_[side];
  const auto* items = document.part(schema, "items");
  Items out{"prefixItems", "items", document.part(schema, "prefixItems"), items};
  if (items != nullptr && items->is_array())
    out = {"items", "additionalItems", items, document.part(schema, "additionalItems")};
  if (out.rest == nullptr && document.part(schema, "unevaluatedItems") != nullptr)
    out = {out.prefix_name, "unevaluatedItems", out.prefix, document.part(schema, "unevaluatedItems")};
  return out;
}

void SchemaComparison::items(const Pair& pair) {
  const auto was = items_of(pair.before, 0);
  const auto is = items_of(pair.after, 1);
  const auto size_of = [](const Json* list) { return list == nullptr ? 0 : list->size(); };
  const auto item = [&](const Items& items, std::size_t i) -> const Json& {
    return i < size_of(items.prefix) ? (*items.prefix)[i] : or_true(items.rest);
  };
  if (pair.polarity == Polarity::Both && size_of(was.prefix) != size_of(is.prefix))
    note_change(Effect::Unknown, pair, is.prefix_name, was.prefix, is.prefix);
  const JsonPlace list{&pair.at, is.prefix != nullptr ? is.prefix_name : was.prefix_name};
  for (std::size_t i = 0; i < std::max(size_of(was.prefix), size_of(is.prefix)); ++i) {
    const auto number = std::to_string(i);
    schemas({item(was, i), item(is, i), {&list, number}, pair.polarity, pair.settled});
  }
  if (was.rest != nullptr || is.rest != nullptr)
    schemas({or_true(was.rest),
             or_true(is.rest),
             {&pair.at, is.rest != nullptr ? is.rest_name : was.rest_name},
             pair.polarity,
             pair.settled});
  if (pair.polarity == Polarity::Both) subschema(pair, "unevaluatedItems");
  contains(pair);
}

// Some items match, from `minContains` (1) to `maxContains` (any number).
void SchemaComparison::contains(const Pair& pair) {
  const auto* was = old_part(pair, "contains");
  const auto* is = new_part(pair, "contains");
  if (was == nullptr || is == nullptr)
    return note_change(was == nullptr ? Effect::Tighter : Effect::Looser, pair, "contains", was, is);
  const bool counted = old_part(pair, "maxContains") != nullptr || new_part(pair, "maxContains") != nullptr;
  schemas({*was, *is, {&pair.at, "contains"}, counted ? Polarity::Both : pair.polarity, pair.settled});
  count(pair, "minContains", 1);
  count(pair, "maxContains", -1);
}

void SchemaComparison::dependencies(const Pair& pair, std::string_view keyword) {
  const auto& was = or_none(old_part(pair, keyword));
  const auto& is = or_none(new_part(pair, keyword));
  const JsonPlace map{&pair.at, keyword};
  const auto compare = [&](const std::string& key, const Json* old_value, const Json* new_value) {
    const JsonPlace here{&map, key};
    const auto is_list = [](const Json* value) { return value != nullptr && value->is_array(); };
    if (!is_list(old_value) && !is_list(new_value))
      return schemas({or_true(old_value), or_true(new_value), here, pair.polarity, pair.settled});
    if (keyword == "dependentRequired") return set_of(old_value, new_value, pair, map, key);
    const auto effect = old_value == nullptr                       ? Effect::Tighter
                        : new_value == nullptr                     ? Effect::Looser
                        : is_list(old_value) && is_list(new_value) ? effect_of_lists(*old_value, *new_value)
                                                                   : Effect::Unknown;
    if (effect != Effect::None)
      note(effect, pair, here, keyword,
           new_value == nullptr ? "was removed" : "changed to " + json_excerpt(*new_value, kShownBytes));
  };
  for (const auto& [key, value] : is.get_ref<const Json::object_t&>())
    compare(key, documents_[0].member(was, key), &value);
  for (const auto& [key, value] : was.get_ref<const Json::object_t&>()) {
    if (documents_[1].member(is, key) == nullptr) compare(key, &value, nullptr);
  }
}

}  // namespace toolhive::registry
