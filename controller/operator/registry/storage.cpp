#include "controller/operator/registry/storage.hpp"

#include <nlohmann/json.hpp>

#include "controller/kube/object/quantity.hpp"

namespace toolhive {

namespace {

std::string text_at(const Json& object, const char* pointer) {
  const Json::json_pointer path(pointer);
  return object.contains(path) && object.at(path).is_string() ? object.at(path).get<std::string>()
                                                              : std::string();
}

// Whether the claim still waits to grow to what is asked of it.
bool is_growing(const Json& claim, const std::string& wanted_size) {
  const auto capacity = kube::parse_quantity(text_at(claim, "/status/capacity/storage"));
  const auto wanted = kube::parse_quantity(wanted_size);
  return capacity && wanted && *capacity < *wanted;
}

}  // namespace

Finding observe_storage(const Json* claim, const std::string& name, const std::string& wanted_size) {
  if (!claim)
    return Finding::no("ClaimNotFound", "the claim " + name + " does not exist" +
                                            (wanted_size.empty() ? "; create it" : " yet"));
  if (claim->contains(Json::json_pointer("/metadata/deletionTimestamp")))
    return Finding::no("ClaimDeleting",
                       "the claim " + name +
                           " is being deleted; it goes when no pod uses it any more, and is then made anew");
  const std::string phase = text_at(*claim, "/status/phase");
  if (phase == "Bound") {
    if (is_growing(*claim, wanted_size))
      return Finding::yes("Growing", "the claim " + name + " is bound and grows to " + wanted_size);
    return Finding::yes("Bound", "the claim " + name + " is bound");
  }
  if (phase == "Lost")
    return Finding::no("ClaimLost", "the claim " + name + " has lost its volume; restore the volume");
  return Finding::no("ClaimPending",
                     "the claim " + name +
                         " is not bound yet; if it stays so, see its events with kubectl describe pvc " +
                         name);
}

}  // namespace toolhive
