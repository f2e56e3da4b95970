#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "registry/model/schema_comparison.hpp"

namespace toolhive::registry {
namespace {

// More are not tried each with each.
constexpr std::size_t kFewAlternatives = 64;

// Numbers of the items of two lists that have the same text, and those that are left.
struct Matches {
  std::vector<std::pair<std::size_t, std::size_t>> equal;
  std::vector<std::size_t> old_rest, new_rest;
};

Matches matches_of(const Json& was, const Json& is, std::size_t& cost) {
  std::multimap<std::string, std::size_t> texts;
  const auto text = [&cost](const Json& value) {
    auto out = canonical_json(value);
    cost += out.size();
    return out;
  };
  // Backwards, so that the first of equal ones is found first.
  for (std::size_t i = was.size(); i > 0; --i) {
    auto key = text(was[i - 1]);
    texts.emplace_hint(texts.lower_bound(key), std::move(key), i - 1);
  }
  Matches out;
  std::vector<bool> matched(was.size());
  for (std::size_t i = 0; i < is.size(); ++i) {
    const auto found = texts.find(text(is[i]));
    if (found == texts.end()) {
      out.new_rest.push_back(i);
      continue;
    }
    matched[found->second] = true;
    out.equal.emplace_back(found->second, i);
    texts.erase(found);
  }
  for (std::size_t i = 0; i < was.size(); ++i) {
    if (!matched[i]) out.old_rest.push_back(i);
  }
  return out;
}

}  // namespace

// The list under a keyword, unless it is but a way to list values.
const Json* SchemaComparison::list_part(const Json& schema, std::size_t side, std::string_view keyword) {
  const auto* list = documents_[side].part(schema, keyword);
  if (list == nullptr) return nullptr;
  const auto values = values_of(documents_[side], schema);
  return values && values->keyword == keyword ? nullptr : list;
}

void SchemaComparison::lists(const Pair& pair) {
  for (const std::string_view keyword : {"allOf", "anyOf", "oneOf"}) list(pair, keyword);
  negation(pair);
  conditional(pair);
}

void SchemaComparison::list(const Pair& pair, std::string_view keyword) {
  const auto* was = list_part(pair.before, 0, keyword);
  const auto* is = list_part(pair.after, 1, keyword);
  if (was == nullptr || is == nullptr)
    return note_change(was == nullptr ? Effect::Tighter : Effect::Looser, pair, keyword, was, is);
  const bool counted =
      keyword == "oneOf" && !(are_disjoint(documents_[0], *was) && are_disjoint(documents_[1], *is));
  const JsonPlace here{&pair.at, keyword};
  const Pair inside{pair.before, pair.after, here, counted ? Polarity::Both : pair.polarity, pair.settled};
  const auto matches = matches_of(*was, *is, cost_);
  for (const auto& [old_number, new_number] : matches.equal) {
    const auto number = std::to_string(new_number);
    schemas({(*was)[old_number], (*is)[new_number], {&here, number}, inside.polarity, inside.settled});
  }
  rest_of_list(inside, keyword, *was, *is, matches.old_rest, matches.new_rest);
}

// Those without an equal one on the other side, of which those belong together where the new one
// can stand for the old one.
void SchemaComparison::rest_of_list(const Pair& pair, std::string_view keyword, const Json& was,
                                    const Json& is, std::vector<std::size_t> gone,
                                    std::vector<std::size_t> added) {
  const auto compare = [&](std::size_t old_number, std::size_t new_number) {
    const auto number = std::to_string(new_number);
    schemas({was[old_number], is[new_number], {&pair.at, number}, pair.polarity, pair.settled});
  };
  const bool few = gone.size() <= kFewAlternatives && added.size() <= kFewAlternatives;
  std::erase_if(gone, [&](std::size_t i) {
    if (!few || pair.polarity == Polarity::Both) return false;
    const auto found =
        std::find_if(added.begin(), added.end(), [&](std::size_t j) { return is_proved(was[i], is[j]); });
    if (found == added.end()) return false;
    const auto j = *found;
    added.erase(found);
    compare(i, j);
    return true;
  });
  // Neighbours say more about each other than that one is gone and another there.
  if (gone.size() == added.size()) {
    for (std::size_t i = 0; i < gone.size(); ++i) compare(gone[i], added[i]);
    return;
  }
  const bool all = keyword == "allOf";
  const auto tell = [&](const auto& numbers, const Json& list, Effect effect, std::string_view what) {
    for (const auto i : numbers) {
      const auto number = std::to_string(i);
      note(effect, pair, {&pair.at, number}, keyword, std::string(what) + json_excerpt(list[i], kShownBytes));
    }
  };
  tell(added, is, all ? Effect::Tighter : Effect::Looser, "has a schema added: ");
  tell(gone, was, all ? Effect::Looser : Effect::Tighter, "has a schema removed: ");
}

// The alternatives that a schema consists of, of which any may match.
const Json* SchemaComparison::alternatives_of(const Json& schema, std::size_t side) {
  auto& document = documents_[side];
  const auto only = document.only_assertion(schema);
  if (only != "anyOf" && only != "oneOf") return nullptr;
  const auto* list = list_part(schema, side, only);
  return list != nullptr && (only == "anyOf" || are_disjoint(document, *list)) ? list : nullptr;
}

// Whether one side is alternatives, and the other one what one of them was or is; notes that.
bool SchemaComparison::one_against_alternatives(const Pair& pair) {
  if (!pair.settled) return false;
  const auto* was = alternatives_of(pair.before, 0);
  const auto* is = alternatives_of(pair.after, 1);
  if ((was == nullptr) == (is == nullptr)) return false;
  const auto& list = was != nullptr ? *was : *is;
  const auto keyword =
      documents_[was != nullptr ? 0 : 1].only_assertion(was != nullptr ? pair.before : pair.after);
  note(Effect::None, pair, {&pair.at, keyword}, keyword,
       (was != nullptr ? "was removed: " : "was added: ") + json_excerpt(list, kShownBytes));
  const auto one = std::find_if(list.begin(), list.end(), [&](const auto& each) {
    return was != nullptr ? is_proved(each, pair.after) : is_proved(pair.before, each);
  });
  if (one == list.end()) return true;
  const JsonPlace all{&pair.at, keyword};
  const auto number = std::to_string(one - list.begin());
  const JsonPlace place = was != nullptr ? pair.at : JsonPlace{&all, number};
  schemas(
      {was != nullptr ? *one : pair.before, was != nullptr ? pair.after : *one, place, pair.polarity, true});
  return true;
}

void SchemaComparison::negation(const Pair& pair) {
  const auto* was = old_part(pair, "not");
  const auto* is = new_part(pair, "not");
  if (was != nullptr && is != nullptr)
    return schemas({*was, *is, {&pair.at, "not"}, flipped(pair.polarity), pair.settled});
  note_change(was == nullptr ? Effect::Tighter : Effect::Looser, pair, "not", was, is);
}

// `then` and `else` mean nothing without an `if`.
void SchemaComparison::conditional(const Pair& pair) {
  const auto* was = old_part(pair, "if");
  const auto* is = new_part(pair, "if");
  if (was == nullptr || is == nullptr)
    return note_change(was == nullptr ? Effect::Tighter : Effect::Looser, pair, "if", was, is);
  schemas({*was, *is, {&pair.at, "if"}, Polarity::Both, pair.settled});
  subschema(pair, "then");
  subschema(pair, "else");
}

}  // namespace toolhive::registry
