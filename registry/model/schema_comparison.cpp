#include "registry/model/schema_comparison.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace toolhive::registry {
namespace {

constexpr std::size_t kComparisons = 20'000;
// What the proofs may cost, in keywords and members: beside what large schemas get.
constexpr std::size_t kAnyProof = 200'000;
// What a comparison may cost, in bytes of text looked at. References can pair one large schema with
// many small ones, each pair as costly as the large one; without them each byte is looked at two or
// three times.
constexpr std::size_t kAnyCost = 4'000'000;
constexpr std::size_t kLooksAtEachByte = 16;

// What a schema is called, which tells models nothing. All else that asserts nothing they read, the
// keywords that nobody knows too.
bool is_identity(std::string_view keyword) {
  constexpr std::array<std::string_view, 7> kIdentity = {
      "$schema", "id", "$id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary"};
  return std::find(kIdentity.begin(), kIdentity.end(), keyword) != kIdentity.end();
}

// The keyword or property that a place is.
std::string_view last_token(const JsonPlace& place) {
  return place.token.substr(place.around == nullptr ? place.token.rfind('/') + 1 : 0);
}

std::string excerpt_of(const Json& value) {
  return json_excerpt(value, kShownBytes);
}

const Json& object_of(const Json& schema) {
  static const Json empty = Json::object();
  return schema.is_object() ? schema : empty;
}

}  // namespace

const Json& true_schema() {
  static const Json schema = true;
  return schema;
}

SchemaComparison::SchemaComparison(const Json& before, const Json& after, Direction direction,
                                   std::string_view field, Differences& out)
    : documents_{SchemaDocument(before), SchemaDocument(after)},
      direction_(direction),
      field_(field),
      cost_limit_(kAnyCost + kLooksAtEachByte * (before.dump().size() + after.dump().size())),
      out_(out),
      proof_(direction == Direction::Input, kAnyProof + (cost_limit_ - kAnyCost) / kLooksAtEachByte) {}

void SchemaComparison::run() {
  const auto& before = documents_[0].root();
  const auto& after = documents_[1].root();
  const JsonPlace place{nullptr, field_};
  const bool proved = is_proved(before, after);
  const Pair pair{before, after, place, Polarity::Positive, proved};
  later(&before, &after, field_, pair);
  finish_tasks();
  if (!proved && !found_breaking_)
    note(Effect::Unknown, pair, place, last_token(place),
         direction_ == Direction::Input ? "may refuse what was accepted; whether it does cannot be told"
                                        : "may allow what it did not; whether it does cannot be told");
}

// Has them compared once, after what is being compared: references can make a chain longer than any
// stack.
void SchemaComparison::later(const Json* before, const Json* after, std::string_view pointer,
                             const Pair& around) {
  if (seen_.insert({before, after, around.polarity, around.settled}).second)
    tasks_.push_back(
        {before, after, std::string(within_pointer_bytes(pointer)), around.polarity, around.settled});
}

void SchemaComparison::finish_tasks() {
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    const auto task = tasks_[i];
    const JsonPlace at{nullptr, task.pointer};
    schemas({*task.before, *task.after, at, task.polarity, task.settled});
  }
}

bool SchemaComparison::out_of_patience(const Pair& pair) {
  if (++count_ <= kComparisons && cost_ <= cost_limit_) return false;
  // Where it is proved that nothing breaks, texts may be others all the same.
  if (!std::exchange(given_up_, true))
    note(pair.settled ? Effect::Text : Effect::Unknown, pair, pair.at, last_token(pair.at),
         "the schemas are too intricate to compare further");
  return true;
}

// Whether callers of the old schema can go on with the new one.
bool SchemaComparison::is_proved(const Json& before, const Json& after) {
  return direction_ == Direction::Input ? proof_.holds(documents_[0], before, documents_[1], after)
                                        : proof_.holds(documents_[1], after, documents_[0], before);
}

// `by_policy`: what breaks callers although all that was accepted is.
void SchemaComparison::note(Effect effect, const Pair& pair, const JsonPlace& at, std::string_view keyword,
                            std::string message, bool by_policy) {
  cost_ += kNoteCost;
  effect = seen_from_around(effect, pair.polarity);
  const bool worse = effect == Effect::Unknown ||
                     effect == (direction_ == Direction::Input ? Effect::Tighter : Effect::Looser);
  const bool breaking = worse && (by_policy || !pair.settled);
  found_breaking_ = found_breaking_ || breaking;
  out_.add({breaking                 ? Compatibility::Breaking
            : effect == Effect::Text ? Compatibility::Review
                                     : Compatibility::Compatible,
            at.pointer(), std::string(keyword), std::move(message)});
}

void SchemaComparison::note_change(Effect effect, const Pair& pair, std::string_view keyword,
                                   const Json* before, const Json* after) {
  if (before == nullptr && after == nullptr) return;
  note(effect, pair, {&pair.at, keyword}, keyword,
       before == nullptr  ? "was added: " + excerpt_of(*after)
       : after == nullptr ? "was removed: " + excerpt_of(*before)
                          : "changed from " + excerpt_of(*before) + " to " + excerpt_of(*after));
}

const Json* SchemaComparison::old_part(const Pair& pair, std::string_view keyword) {
  return documents_[0].part(pair.before, keyword);
}

const Json* SchemaComparison::new_part(const Pair& pair, std::string_view keyword) {
  return documents_[1].part(pair.after, keyword);
}

void SchemaComparison::schemas(const Pair& around) {
  auto pair = around;
  if (out_of_patience(pair)) return;
  pair.settled = pair.settled || (pair.polarity == Polarity::Positive && is_proved(pair.before, pair.after));
  if (stand_for_others(pair)) return;
  const bool was_nothing = accepts_nothing(pair.before);
  const bool is_nothing = accepts_nothing(pair.after);
  if (was_nothing && is_nothing) return;
  if (was_nothing)
    return note(Effect::Looser, pair, pair.at, last_token(pair.at), "what nothing matched may now match");
  if (is_nothing)
    return note(Effect::Tighter, pair, pair.at, last_token(pair.at), "nothing matches any more");
  if (!one_against_alternatives(pair))
    objects({object_of(pair.before), object_of(pair.after), pair.at, pair.polarity, pair.settled});
}

// Has what references and lists of one schema stand for compared in their stead.
bool SchemaComparison::stand_for_others(const Pair& pair) {
  cost_ += kMemberCost * (pair.before.size() + pair.after.size());
  if (!documents_[0].has_assertions(pair.before) || !documents_[1].has_assertions(pair.after)) return false;
  // Two lists are compared as lists.
  const auto only = documents_[0].only_assertion(pair.before);
  if (!only.empty() && only != "$ref" && only == documents_[1].only_assertion(pair.after)) return false;
  auto was = documents_[0].resolved(pair.before);
  auto is = documents_[1].resolved(pair.after);
  if (was.schema == &pair.before && is.schema == &pair.after) return false;
  if (documents_[0].refers_among_others(pair.before) || documents_[1].refers_among_others(pair.after))
    return false;
  if (was.schema != &pair.before && is.schema != &pair.after) annotations(pair);
  const auto here = pair.at.pointer();
  cost_ += here.size();
  // Where the difference is: where the new schema leads, or where the old one did.
  const auto& refers = is.schema != &pair.after ? pair.after : pair.before;
  auto& led = is.schema != &pair.after ? documents_[1] : documents_[0];
  auto pointer = led.resolved(refers, here).pointer;
  if (pointer.starts_with('#')) pointer = field_ + pointer.substr(1);
  later(was.schema, is.schema, pointer, pair);
  return true;
}

void SchemaComparison::objects(const Pair& around) {
  Pair pair = around;
  if (looks_at_the_unevaluated(pair.before, 0) || looks_at_the_unevaluated(pair.after, 1))
    pair.polarity = Polarity::Both;
  for (const auto* side : {&pair.before, &pair.after}) {
    for (const auto& [name, value] : side->get_ref<const Json::object_t&>())
      cost_ += kMemberCost * (1 + value.size());
  }
  references(pair);
  if (pair.polarity == Polarity::Both) presence(pair);
  properties(pair);
  items(pair);
  assertions(pair);
  lists(pair);
  annotations(pair);
}

void SchemaComparison::references(const Pair& pair) {
  for (const std::string_view keyword : {"$dynamicRef", "$recursiveRef"})
    note_change(Effect::Unknown, pair, keyword, old_part(pair, keyword), new_part(pair, keyword));
  const auto* was = old_part(pair, "$ref");
  const auto* is = new_part(pair, "$ref");
  if (was == nullptr && is == nullptr) return;
  const auto* old_target = was == nullptr ? &true_schema() : documents_[0].target(pair.before);
  const auto* new_target = is == nullptr ? &true_schema() : documents_[1].target(pair.after);
  // The same words may lead to something else now.
  if (old_target == nullptr || new_target == nullptr)
    return note_change(Effect::Unknown, pair, "$ref", was, is);
  const auto& text = (is != nullptr ? is : was)->get_ref<const std::string&>();
  const bool within = text == "#" || text.starts_with("#/");
  later(old_target, new_target, within ? field_ + text.substr(1) : JsonPlace{&pair.at, "$ref"}.pointer(),
        pair);
}

void SchemaComparison::annotations(const Pair& pair) {
  std::set<std::string_view> names;
  for (const auto& [side, schema] : {std::pair(0, &pair.before), std::pair(1, &pair.after)}) {
    for (const auto& [name, value] : schema->get_ref<const Json::object_t&>()) {
      if (!documents_[side].is_assertion(name) && name != "$defs" && name != "definitions")
        names.insert(name);
    }
  }
  for (const auto name : names) {
    const auto* was = documents_[0].member(pair.before, name);
    const auto* is = documents_[1].member(pair.after, name);
    if (was != nullptr && is != nullptr && *was == *is) continue;
    // A part in a draft of its own is not looked into.
    const bool root = &pair.before == &documents_[0].root() && &pair.after == &documents_[1].root();
    const auto effect = is_identity(name) ? Effect::None : Effect::Text;
    note_change(name == "$schema" && !root ? Effect::Unknown : effect, pair, name, was, is);
  }
}

// Whether it has a rule for what no other keyword has looked at, with keywords beside it that look
// at more than meets the eye.
bool SchemaComparison::looks_at_the_unevaluated(const Json& schema, std::size_t side) {
  auto& document = documents_[side];
  const auto* items_rule = document.part(schema, "unevaluatedItems");
  const auto* properties_rule = document.part(schema, "unevaluatedProperties");
  if (items_rule == nullptr && properties_rule == nullptr) return false;
  for (const std::string_view keyword : {"$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf",
                                         "not", "if", "dependentSchemas", "dependencies"}) {
    if (document.part(schema, keyword) != nullptr) return true;
  }
  return items_rule != nullptr && document.part(schema, "contains") != nullptr;
}

// Where any difference counts, a keyword that accepts everything is one.
void SchemaComparison::presence(const Pair& pair) {
  const auto compare = [&](const Json& all, std::size_t side, const Json& others) {
    for (const auto& [name, value] : all.get_ref<const Json::object_t&>()) {
      if (!documents_[side].is_assertion(name) || documents_[1 - side].part(others, name) != nullptr)
        continue;
      note_change(Effect::Unknown, pair, name, side == 0 ? &value : nullptr, side == 1 ? &value : nullptr);
    }
  };
  compare(pair.before, 0, pair.after);
  compare(pair.after, 1, pair.before);
}

}  // namespace toolhive::registry
