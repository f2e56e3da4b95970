#include "controller/kube/object/undecodable.hpp"

#include <utility>

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

}  // namespace

Undecodable make_undecodable(std::string_view bytes, Status why) {
  Undecodable object{{}, {}, std::string(bytes.substr(0, Undecodable::kMaxBytes)), std::move(why)};
  JsonSkimmer skimmer(bytes);
  std::string_view key;
  std::string_view value;
  if (!skimmer.enter('{')) return object;
  while (skimmer.next_member(key, value))
    if (key == "metadata") read_identity(value, object);
  return object;
}

}  // namespace toolhive::kube
