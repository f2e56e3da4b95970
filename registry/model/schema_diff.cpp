#include "registry/model/schema_diff.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "registry/model/json_place.hpp"
#include "registry/model/member_index.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kComparisons = 20'000;
// What a comparison may cost, in bytes of text looked at. References can pair one large schema with
// many small ones, each pair as costly as the large one; without them each byte is looked at two or
// three times.
constexpr std::size_t kAnyCost = 4'000'000;
constexpr std::size_t kLooksAtEachByte = 16;
// What it takes to look at a member of an object or at an item, and to note a difference.
constexpr std::size_t kMemberCost = 4;
constexpr std::size_t kNoteCost = 64;
constexpr std::size_t kShownBytes = 60;

/// What a difference does to the set of values that a schema accepts.
enum class Effect { None, Tighter, Looser, Unknown };

Effect flipped(Effect effect) {
  return effect == Effect::Tighter ? Effect::Looser : effect == Effect::Looser ? Effect::Tighter : effect;
}

constexpr std::array<std::string_view, 5> kLowerBounds = {"minimum", "exclusiveMinimum", "minLength",
                                                          "minItems", "minProperties"};
constexpr std::array<std::string_view, 5> kUpperBounds = {"maximum", "exclusiveMaximum", "maxLength",
                                                          "maxItems", "maxProperties"};
// Their change has an effect that only their meaning tells.
constexpr std::array<std::string_view, 9> kOpaque = {"pattern",          "format",        "contentEncoding",
                                                     "contentMediaType", "minContains",   "maxContains",
                                                     "$dynamicRef",      "$recursiveRef", "if"};
constexpr std::array<std::string_view, 9> kSubschemas = {
    "additionalProperties", "additionalItems",       "contains",     "propertyNames", "then", "else",
    "unevaluatedItems",     "unevaluatedProperties", "contentSchema"};
constexpr std::array<std::string_view, 3> kMapsOfSchemas = {"patternProperties", "dependentSchemas",
                                                            "dependencies"};
// Looked at through the references that lead there, or with `properties` and `prefixItems`.
constexpr std::array<std::string_view, 6> kElsewhere = {"$defs",      "definitions", "$ref",
                                                        "properties", "items",       "prefixItems"};

template <class Names>
bool is_among(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

const Json& true_schema() {
  static const Json schema = true;
  return schema;
}

// The keyword or property that a place is.
std::string_view last_token(const JsonPlace& place) {
  return place.token.substr(place.around == nullptr ? place.token.rfind('/') + 1 : 0);
}

std::string shown_value(const Json& value) {
  return json_excerpt(value, kShownBytes);
}

std::set<std::string> types(const Json* value) {
  if (value == nullptr) return {"array", "boolean", "null", "number", "object", "string", "integer"};
  std::set<std::string> out;
  for (const auto& type : value->is_array() ? *value : Json::array({*value}))
    out.insert(type.get<std::string>());
  if (out.contains("number")) out.insert("integer");
  return out;
}

class Comparison {
 public:
  Comparison(const Json& before, const Json& after, Direction direction, std::string_view field,
             Differences& out)
      : roots_{&before, &after},
        direction_(direction),
        field_(field),
        cost_limit_(kAnyCost + kLooksAtEachByte * (before.dump().size() + after.dump().size())),
        out_(out) {}

  void run() {
    later(roots_[0], roots_[1], field_, false);
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
      const auto task = tasks_[i];
      schemas(*task.before, *task.after, {nullptr, task.pointer}, task.negated);
    }
  }

 private:
  /// Two schemas to compare.
  struct Task {
    const Json* before;
    const Json* after;
    std::string pointer;
    bool negated;
  };

  /// Has them compared once, after what is being compared: references can make a chain longer than any stack.
  void later(const Json* before, const Json* after, std::string_view pointer, bool negated) {
    if (seen_.insert({before, after, negated}).second)
      tasks_.push_back({before, after, std::string(within_pointer_bytes(pointer)), negated});
  }

  const Json* member(const Json& schema, std::string_view name) { return members_.find(schema, name); }

  const Json& schema_member(const Json& schema, std::string_view name) {
    const auto* value = member(schema, name);
    return value == nullptr ? true_schema() : *value;
  }

  /// The canonical texts of a list's items.
  std::set<std::string> texts(const Json* value) {
    std::set<std::string> out;
    if (value == nullptr || !value->is_array()) return out;
    for (const auto& item : *value) {
      auto text = canonical_json(item);
      cost_ += text.size();
      out.insert(std::move(text));
    }
    return out;
  }

  void note(Effect effect, bool negated, const JsonPlace& at, std::string_view keyword, std::string message) {
    cost_ += kNoteCost;
    if (negated) effect = flipped(effect);
    const bool breaking = effect == Effect::Unknown ||
                          effect == (direction_ == Direction::Input ? Effect::Tighter : Effect::Looser);
    out_.add({breaking ? Compatibility::Breaking : Compatibility::Compatible, at.pointer(),
              std::string(keyword), std::move(message)});
  }

  void note_change(Effect effect, bool negated, const JsonPlace& at, std::string_view keyword,
                   const Json* before, const Json* after) {
    if (before == nullptr && after == nullptr) return;
    note(effect, negated, {&at, keyword}, keyword,
         before == nullptr  ? "was added: " + shown_value(*after)
         : after == nullptr ? "was removed: " + shown_value(*before)
                            : "changed from " + shown_value(*before) + " to " + shown_value(*after));
  }

  /// What a reference within the schema leads to; null for any other.
  const Json* target(std::size_t side, const Json& reference) {
    if (!reference.is_string()) return nullptr;
    const auto& text = reference.get_ref<const std::string&>();
    cost_ += text.size();
    if (text != "#" && !text.starts_with("#/")) return nullptr;
    return members_.follow(*roots_[side], text.substr(1));
  }

  void schemas(const Json& before, const Json& after, const JsonPlace& at, bool negated) {
    if (++count_ > kComparisons || cost_ > cost_limit_) {
      if (!std::exchange(given_up_, true))
        note(Effect::Unknown, false, at, last_token(at), "the schemas are too intricate to compare further");
      return;
    }
    if (before.is_boolean() && after.is_boolean() && before == after) return;
    if (before == false)
      return note(Effect::Looser, negated, at, last_token(at), "what nothing matched may now match");
    if (after == false) return note(Effect::Tighter, negated, at, last_token(at), "nothing matches any more");
    static const Json empty = Json::object();
    objects(before.is_object() ? before : empty, after.is_object() ? after : empty, at, negated);
  }

  void objects(const Json& before, const Json& after, const JsonPlace& at, bool negated) {
    references(before, after, at, negated);
    properties(before, after, at, negated);
    items(before, after, at, negated);
    std::set<std::string> names;
    for (const auto* side : {&before, &after}) {
      for (const auto& [name, value] : side->items()) {
        cost_ += kMemberCost * (1 + value.size());
        if (!is_among(kElsewhere, name)) names.insert(name);
      }
    }
    for (const auto& name : names) {
      const auto* old_value = member(before, name);
      const auto* new_value = member(after, name);
      // Comparing schemas as values at each level would take their depth times as long.
      if (old_value != nullptr && new_value != nullptr && !may_hold_reference(name) &&
          *old_value == *new_value)
        continue;
      keyword(name, old_value, new_value, at, negated);
    }
  }

  /// Equal schemas may differ in what their references lead to.
  static bool may_hold_reference(std::string_view name) {
    return is_among(kSubschemas, name) || is_among(kMapsOfSchemas, name) || name == "not" ||
           name == "allOf" || name == "anyOf" || name == "oneOf";
  }

  void references(const Json& before, const Json& after, const JsonPlace& at, bool negated) {
    const auto* old_reference = member(before, "$ref");
    const auto* new_reference = member(after, "$ref");
    if (old_reference == nullptr && new_reference == nullptr) return;
    const Json* old_target = old_reference == nullptr ? &true_schema() : target(0, *old_reference);
    const Json* new_target = new_reference == nullptr ? &true_schema() : target(1, *new_reference);
    if (old_target == nullptr || new_target == nullptr) {
      if (old_reference == nullptr || new_reference == nullptr || *old_reference != *new_reference)
        note_change(Effect::Unknown, negated, at, "$ref", old_reference, new_reference);
      return;
    }
    const auto* named = new_reference != nullptr ? new_reference : old_reference;
    later(old_target, new_target, field_ + named->get<std::string>().substr(1), negated);
  }

  void keyword(const std::string& name, const Json* before, const Json* after, const JsonPlace& at,
               bool negated) {
    if (name == "type") return type(before, after, at, negated);
    if (name == "required") return set_of(before, after, Effect::Tighter, at, name, negated);
    if (name == "enum" || name == "const") return values(before, after, at, name, negated);
    if (is_among(kLowerBounds, name)) return bound(before, after, true, at, name, negated);
    if (is_among(kUpperBounds, name)) return bound(before, after, false, at, name, negated);
    if (name == "multipleOf") return multiple(before, after, at, negated);
    if (name == "uniqueItems") {
      const auto is_set = [](const Json* value) { return value != nullptr && *value == true; };
      if (is_set(before) != is_set(after))
        note_change(is_set(after) ? Effect::Tighter : Effect::Looser, negated, at, name, before, after);
      return;
    }
    if (is_among(kSubschemas, name))
      return schemas(before == nullptr ? true_schema() : *before, after == nullptr ? true_schema() : *after,
                     {&at, name}, negated);
    if (name == "not") {
      if (before != nullptr && after != nullptr) return schemas(*before, *after, {&at, name}, !negated);
      return note_change(after != nullptr ? Effect::Tighter : Effect::Looser, negated, at, name, before,
                         after);
    }
    if (name == "allOf" || name == "anyOf" || name == "oneOf") return lists(before, after, at, name, negated);
    if (is_among(kMapsOfSchemas, name)) return maps(before, after, at, name, negated);
    if (name == "dependentRequired") return required_maps(before, after, at, negated);
    if (is_among(kOpaque, name)) {
      const auto effect = before == nullptr  ? Effect::Tighter
                          : after == nullptr ? Effect::Looser
                                             : Effect::Unknown;
      return note_change(
          name == "if" || name.starts_with('$') || name.ends_with("Contains") ? Effect::Unknown : effect,
          negated, at, name, before, after);
    }
    if (name == "$schema") return note_change(Effect::Unknown, negated, at, name, before, after);
    // Annotations, and keywords that no draft knows.
    note_change(Effect::None, negated, at, name, before, after);
  }

  void type(const Json* before, const Json* after, const JsonPlace& at, bool negated) {
    const auto was = types(before);
    const auto is = types(after);
    const bool gone = !std::includes(is.begin(), is.end(), was.begin(), was.end());
    const bool added = !std::includes(was.begin(), was.end(), is.begin(), is.end());
    if (!gone && !added) return;
    note_change(gone && added ? Effect::Unknown
                : gone        ? Effect::Tighter
                              : Effect::Looser,
                negated, at, "type", before, after);
  }

  /// A list in which the order does not count, each entry of which has an effect of its own.
  void set_of(const Json* before, const Json* after, Effect of_added, const JsonPlace& at,
              std::string_view name, bool negated) {
    const auto was = texts(before);
    const auto is = texts(after);
    const auto compare = [&](const auto& all, const auto& others, Effect effect, std::string_view what) {
      for (const auto& each : all) {
        if (!others.contains(each))
          note(effect, negated, {&at, name}, name, "has " + shortened(each, kShownBytes) + std::string(what));
      }
    };
    compare(is, was, of_added, " added");
    compare(was, is, flipped(of_added), " removed");
  }

  void values(const Json* before, const Json* after, const JsonPlace& at, const std::string& name,
              bool negated) {
    if (before == nullptr || after == nullptr)
      return note_change(after != nullptr ? Effect::Tighter : Effect::Looser, negated, at, name, before,
                         after);
    if (name == "const") return note_change(Effect::Unknown, negated, at, name, before, after);
    set_of(before, after, Effect::Looser, at, name, negated);
  }

  void bound(const Json* before, const Json* after, bool lower, const JsonPlace& at, const std::string& name,
             bool negated) {
    // Draft 4 has flags where later drafts have numbers.
    if ((before != nullptr && !before->is_number()) || (after != nullptr && !after->is_number()))
      return note_change(Effect::Unknown, negated, at, name, before, after);
    // No value has less than none of anything.
    const bool of_count = name.starts_with("min") && name != "minimum";
    const auto number = [&](const Json* value) -> std::optional<double> {
      if (value != nullptr) return value->get<double>();
      return of_count ? std::optional<double>(0) : std::nullopt;
    };
    const auto was = number(before);
    const auto is = number(after);
    if (was == is) return;
    const bool tighter = !was ? true : !is ? false : lower ? *is > *was : *is < *was;
    note_change(tighter ? Effect::Tighter : Effect::Looser, negated, at, name, before, after);
  }

  void multiple(const Json* before, const Json* after, const JsonPlace& at, bool negated) {
    auto effect = before == nullptr ? Effect::Tighter : after == nullptr ? Effect::Looser : Effect::Unknown;
    if (before != nullptr && after != nullptr) {
      const auto divides = [](double whole, double part) { return std::fmod(whole, part) == 0; };
      if (divides(after->get<double>(), before->get<double>())) effect = Effect::Tighter;
      if (divides(before->get<double>(), after->get<double>())) effect = Effect::Looser;
    }
    note_change(effect, negated, at, "multipleOf", before, after);
  }

  /// Compares by position, once what is equal on both sides is set aside.
  void lists(const Json* before, const Json* after, const JsonPlace& at, const std::string& name,
             bool negated) {
    const JsonPlace here{&at, name};
    const Json none = Json::array();
    const auto& was = before == nullptr ? none : *before;
    const auto& is = after == nullptr ? none : *after;
    if (was.size() == is.size()) {
      for (std::size_t i = 0; i < was.size(); ++i)
        schemas(was[i], is[i], {&here, std::to_string(i)}, negated);
      return;
    }
    // More alternatives accept more, more conditions less. One alternative more of oneOf can do either.
    const auto of_added = name == "allOf" ? Effect::Tighter : Effect::Looser;
    if (was.empty() || is.empty())
      return note_change(is.empty() ? Effect::Looser : Effect::Tighter, negated, at, name, before, after);
    const auto compare = [&](const Json& all, const std::set<std::string>& others, Effect effect,
                             std::string_view what) {
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (!others.contains(canonical_json(all[i])))
          note(name == "oneOf" ? Effect::Unknown : effect, negated, {&here, std::to_string(i)}, name,
               std::string(what) + shown_value(all[i]));
      }
    };
    compare(is, texts(&was), of_added, "has a schema added: ");
    compare(was, texts(&is), flipped(of_added), "has a schema removed: ");
  }

  void maps(const Json* before, const Json* after, const JsonPlace& at, const std::string& name,
            bool negated) {
    static const Json none = Json::object();
    const auto& was = before == nullptr ? none : *before;
    const auto& is = after == nullptr ? none : *after;
    const JsonPlace map{&at, name};
    const auto compare = [&](const std::string& key, const Json& old_value, const Json& new_value) {
      const JsonPlace here{&map, key};
      // Dependencies of earlier drafts are schemas or lists of names.
      if (old_value.is_array() || new_value.is_array()) {
        if (old_value != new_value)
          note(Effect::Unknown, negated, here, name, "changed to " + shown_value(new_value));
        return;
      }
      schemas(old_value, new_value, here, negated);
    };
    for (const auto& [key, value] : is.items()) compare(key, schema_member(was, key), value);
    for (const auto& [key, value] : was.items()) {
      if (member(is, key) == nullptr) compare(key, value, true_schema());
    }
  }

  void required_maps(const Json* before, const Json* after, const JsonPlace& at, bool negated) {
    const std::string name = "dependentRequired";
    std::set<std::string> keys;
    for (const auto* side : {before, after}) {
      if (side == nullptr) continue;
      for (const auto& [key, value] : side->items()) keys.insert(key);
    }
    for (const auto& key : keys) {
      set_of(before == nullptr ? nullptr : member(*before, key),
             after == nullptr ? nullptr : member(*after, key), Effect::Tighter, {&at, name}, key, negated);
    }
  }

  void properties(const Json& before, const Json& after, const JsonPlace& at, bool negated) {
    static const Json none = Json::object();
    const auto* old_member = member(before, "properties");
    const auto* new_member = member(after, "properties");
    const auto& was = old_member == nullptr ? none : *old_member;
    const auto& is = new_member == nullptr ? none : *new_member;
    const JsonPlace all{&at, "properties"};
    for (const auto& [name, value] : is.items()) {
      const JsonPlace here{&all, name};
      if (const auto* old_value = member(was, name)) {
        schemas(*old_value, value, here, negated);
      } else if (const auto* others = member(before, "additionalProperties")) {
        if (*others == false)
          note(Effect::Looser, negated, here, "properties", "is a new property");
        else
          schemas(*others, value, here, negated);
      } else {
        note(Effect::None, negated, here, "properties", "is a new property");
      }
    }
    for (const auto& [name, value] : was.items()) {
      if (member(is, name) == nullptr)
        note(Effect::Unknown, negated, {&all, name}, "properties", "is not a property any more");
    }
  }

  /// `items` of today is for what comes after `prefixItems`; earlier drafts wrote the latter as a list in `items`, with
  /// `additionalItems` for the rest.
  void items(const Json& before, const Json& after, const JsonPlace& at, bool negated) {
    const auto prefix_name = [this](const Json& schema) {
      const auto* value = member(schema, "items");
      return value != nullptr && value->is_array() ? "items" : "prefixItems";
    };
    const auto rest_name = [&](const Json& schema) {
      return prefix_name(schema) == std::string_view("items") ? "additionalItems" : "items";
    };
    const auto* was = member(before, prefix_name(before));
    const auto* is = member(after, prefix_name(after));
    const JsonPlace list{&at, prefix_name(after)};
    const auto size = std::max(was == nullptr ? 0 : was->size(), is == nullptr ? 0 : is->size());
    for (std::size_t i = 0; i < size; ++i) {
      const auto& old_item =
          was != nullptr && i < was->size() ? (*was)[i] : schema_member(before, rest_name(before));
      const auto& new_item =
          is != nullptr && i < is->size() ? (*is)[i] : schema_member(after, rest_name(after));
      schemas(old_item, new_item, {&list, std::to_string(i)}, negated);
    }
    const auto* old_rest = member(before, "items");
    const auto* new_rest = member(after, "items");
    const bool lists =
        (old_rest != nullptr && old_rest->is_array()) || (new_rest != nullptr && new_rest->is_array());
    if (!lists && (old_rest != nullptr || new_rest != nullptr))
      schemas(schema_member(before, "items"), schema_member(after, "items"), {&at, "items"}, negated);
  }

  const std::array<const Json*, 2> roots_;
  const Direction direction_;
  const std::string field_;
  const std::size_t cost_limit_;
  Differences& out_;
  MemberIndex members_;
  std::vector<Task> tasks_;
  std::set<std::tuple<const Json*, const Json*, bool>> seen_;
  std::size_t count_ = 0;
  std::size_t cost_ = 0;  // In bytes of text.
  bool given_up_ = false;
};

}  // namespace

void diff_schemas(const Json& before, const Json& after, Direction direction, std::string_view field,
                  Differences& out) {
  if (before != after) Comparison(before, after, direction, field, out).run();
}

}  // namespace toolhive::registry
