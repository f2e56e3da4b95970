#include "registry/model/tool_diff.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>

#include "registry/model/json_place.hpp"
#include "registry/model/schema_diff.hpp"
#include "registry/model/unseen.hpp"

namespace toolhive::registry {
namespace {

constexpr std::array<std::string_view, 10> kNotCompared = {
    "version", "managedBy",       "digest",        "contractDigest", "registeredAt",
    "status",  "statusChangedAt", "statusMessage", "replacement",    "name"};
// What models and people are told beside the schemas.
constexpr std::array<std::string_view, 3> kTold = {"title", "description", "icons"};

struct Hint {
  std::string_view name;
  bool by_default;  // What its absence means.
};
constexpr std::array<Hint, 4> kHints = {
    {{"readOnlyHint", false}, {"destructiveHint", true}, {"idempotentHint", false}, {"openWorldHint", true}}};

const Json& part_of(const Json& object, std::string_view name) {
  static const Json none = nullptr;
  if (!object.is_object()) return none;
  const auto it = object.find(name);
  return it == object.end() ? none : *it;
}

Difference as_a_whole(std::string_view name, const Json& before, const Json& after,
                      Compatibility compatibility) {
  const auto* what = before.is_null() ? "was added" : after.is_null() ? "was removed" : "changed";
  const JsonPlace document;
  return {compatibility, JsonPlace{&document, name}.pointer(), std::string(name), what};
}

void diff_annotations(const Json& before, const Json& after, Differences& out) {
  bool noted = part_of(before, "title") != part_of(after, "title");
  if (noted) out.add({Compatibility::Review, "/annotations/title", "title", "changed"});
  for (const auto& hint : kHints) {
    const auto value = [&](const Json& annotations) {
      const auto& stated = part_of(annotations, hint.name);
      return stated.is_boolean() ? stated.get<bool>() : hint.by_default;
    };
    const bool was = value(before);
    const bool is = value(after);
    if (was == is) continue;
    noted = true;
    out.add({Compatibility::Review, pointer_to("/annotations", hint.name), std::string(hint.name),
             std::string("changed from ") + (was ? "true" : "false") + " to " + (is ? "true" : "false")});
  }
  if (!noted) out.add(as_a_whole("annotations", before, after, Compatibility::Compatible));
}

void diff_execution(const Json& before, const Json& after, Differences& out) {
  const auto support = [](const Json& execution) {
    const auto& stated = part_of(execution, "taskSupport");
    return stated.is_string() ? stated.get<std::string>() : std::string("forbidden");
  };
  const auto was = support(before);
  const auto is = support(after);
  if (was == is) return;
  out.add({is == "optional" ? Compatibility::Compatible : Compatibility::Breaking, "/execution/taskSupport",
           "taskSupport", "changed from " + was + " to " + is});
}

void diff_member(std::string_view name, const Json& before, const Json& after, Differences& out) {
  if (name == "inputSchema") return diff_schemas(before, after, Direction::Input, "/inputSchema", out);
  if (name == "outputSchema" && !before.is_null() && !after.is_null())
    return diff_schemas(before, after, Direction::Output, "/outputSchema", out);
  if (before == after) return;
  if (name == "annotations") return diff_annotations(before, after, out);
  if (name == "execution") return diff_execution(before, after, out);
  const bool breaking = name == "outputSchema" && after.is_null();
  const bool told = std::find(kTold.begin(), kTold.end(), name) != kTold.end();
  out.add(as_a_whole(name, before, after,
                     breaking ? Compatibility::Breaking
                     : told   ? Compatibility::Review
                              : Compatibility::Compatible));
}

// What nobody sees of a change, in the texts and names of whatever class it is.
void diff_unseen(std::string_view name, const Json& before, const Json& after, Differences& out) {
  const auto count = count_unseen(after);
  if (count == 0 || count <= count_unseen(before)) return;
  const JsonPlace document;
  out.add({Compatibility::Review, JsonPlace{&document, name}.pointer(), std::string(name),
           "holds characters that cannot be seen, " + std::to_string(count) + " of them"});
}

}  // namespace

Differences diff_tools(const Json& before, const Json& after) {
  static const Json none = nullptr;
  std::map<std::string_view, std::array<const Json*, 2>> members;  // Of both, by name.
  const std::array<const Json*, 2> sides = {&before, &after};
  for (std::size_t side = 0; side < sides.size(); ++side) {
    for (const auto& [name, value] : sides[side]->get_ref<const Json::object_t&>()) {
      if (std::find(kNotCompared.begin(), kNotCompared.end(), name) == kNotCompared.end())
        members.try_emplace(name, std::array{&none, &none}).first->second[side] = &value;
    }
  }
  Differences out;
  for (const auto& [name, values] : members) {
    diff_member(name, *values[0], *values[1], out);
    diff_unseen(name, *values[0], *values[1], out);
  }
  return out;
}

}  // namespace toolhive::registry
