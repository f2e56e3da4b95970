#include "controller/kube/object/undecodable.hpp"

#include <utility>

#include "controller/kube/object/json_pruner.hpp"
#include "controller/kube/object/json_skimmer.hpp"

namespace toolhive::kube {

namespace {

// Reads the members it knows where they are strings, and steps over everything else.
void read_identity(std::string_view metadata, Undecodable& object) {
  JsonSkimmer skimmer(metadata);
  std::string_view key;
  std::string_view value;
  if (!skimmer.enter('{')) return;
  while (skimmer.next_member(key, value)) {
    std::string* const field = key == "namespace"         ? &object.key.ns
                               : key == "name"            ? &object.key.name
                               : key == "resourceVersion" ? &object.resource_version
                                                          : nullptr;
    if (field != nullptr && field->empty()) *field = string_value(value);
  }
}

// How deep an object is looked at that is too deep, or has too many values: owner references are
// the deepest that metadata holds.
constexpr std::size_t kDepths[] = {8, 4};

// Of an object that is wide at its top: what it is, and nothing of what it says.
std::optional<std::string> identity(std::string_view bytes) {
  std::string out = "{";
  JsonSkimmer skimmer(bytes);
  std::string_view key;
  std::string_view value;
  if (!skimmer.enter('{')) return std::nullopt;
  while (skimmer.next_member(key, value)) {
    const auto kept = prune_json(value, key == "metadata" ? kDepths[1] : 0);
    if (!kept) return std::nullopt;
    out.append(out.size() > 1 ? ",\"" : "\"").append(key).append("\":").append(*kept);
  }
  return out + '}';
}

std::optional<Object> rest_of(std::string_view bytes, const Status& why, const ResourceType* type) {
  for (const auto& pruned : {prune_json(bytes, kDepths[0]), prune_json(bytes, kDepths[1]), identity(bytes)}) {
    if (!pruned) return std::nullopt;
    auto object = Object::parse_flawed(*pruned, why.message(), type);
    if (object.ok()) return *std::move(object);
  }
  return std::nullopt;
}

}  // namespace

Undecodable make_undecodable(std::string_view bytes, Status why, const ResourceType* type) {
  Undecodable object{.key = {},
                     .resource_version = {},
                     .bytes = std::string(bytes.substr(0, Undecodable::kMaxBytes)),
                     .why = std::move(why),
                     .rest = {}};
  object.rest = rest_of(bytes, object.why, type);
  JsonSkimmer skimmer(bytes);
  std::string_view key;
  std::string_view value;
  if (!skimmer.enter('{')) return object;
  while (skimmer.next_member(key, value))
    if (key == "metadata") read_identity(value, object);
  return object;
}

StatusOr<Object> parse_or_rest(std::string_view bytes, const ResourceType* type) {
  StatusOr<Object> object = Object::parse(bytes, type);
  if (object.ok()) return object;
  std::optional<Object> rest = rest_of(bytes, object.status(), type);
  return rest ? StatusOr<Object>(*std::move(rest)) : object;
}

}  // namespace toolhive::kube
