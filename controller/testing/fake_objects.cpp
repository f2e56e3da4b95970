#include "controller/testing/fake_objects.hpp"

#include "controller/testing/fake_reply.hpp"

namespace toolhive::testing {

using kube::Key;
using kube::ResourceType;

namespace {

constexpr const char* kTime = "2026-01-01T00:00:00Z";

// By its finalizers, or for its time of grace.
bool is_held(const Json& metadata) {
  return (metadata.contains("finalizers") && !metadata["finalizers"].empty()) ||
         metadata.value("deletionGracePeriodSeconds", 0) > 0;
}

}  // namespace

bool covers(const std::string& asked, const std::string& ns) {
  return asked.empty() || asked == ns;
}

const Json* FakeObjects::find(const ResourceType& type, const Key& key) const {
  const auto held = objects_.find(type);
  if (held == objects_.end()) return nullptr;
  const auto found = held->second.find(key);
  return found == held->second.end() ? nullptr : &found->second;
}

std::vector<Json> FakeObjects::listed(const ResourceType& type, const std::string& ns) const {
  std::vector<Json> items;
  const auto held = objects_.find(type);
  if (held == objects_.end()) return items;
  for (const auto& [key, document] : held->second) {
    if (!covers(ns, key.ns)) continue;
    items.push_back(document);
    if (const auto spoilt = spoilt_.find({type, key}); spoilt != spoilt_.end())
      items.back().merge_patch(spoilt->second);
  }
  return items;
}

std::size_t FakeObjects::size(const ResourceType& type) const {
  const auto held = objects_.find(type);
  return held == objects_.end() ? 0 : held->second.size();
}

Json FakeObjects::store(const ResourceType& type, const Key& key, const Json& before, Json after) {
  if (before == after) return after;
  Json& metadata = after["metadata"];
  if (before.is_null()) {
    metadata["uid"] = "uid-" + std::to_string(next_uid_++);
    metadata["generation"] = 1;
    metadata["creationTimestamp"] = kTime;
  } else if (before.value("spec", Json()) != after.value("spec", Json())) {
    metadata["generation"] = metadata.value("generation", 1) + 1;
  }
  metadata["resourceVersion"] = std::to_string(++version_);
  const bool dies = metadata.contains("deletionTimestamp") && !is_held(metadata);
  if (dies) {
    objects_[type].erase(key);
  } else {
    objects_[type][key] = after;
  }
  publish(type, dies ? "DELETED" : before.is_null() ? "ADDED" : "MODIFIED", after);
  // An API server answers so, too: that version was never stored.
  if (dies) metadata["resourceVersion"] = before.at("metadata").at("resourceVersion");
  return after;
}

void FakeObjects::remove(const ResourceType& type, const Key& key, Json document) {
  if (is_held(document["metadata"])) {
    Json after = document;
    after["metadata"]["deletionTimestamp"] = kTime;
    store(type, key, document, std::move(after));
    return;
  }
  document["metadata"]["resourceVersion"] = std::to_string(++version_);
  objects_[type].erase(key);
  publish(type, "DELETED", document);
}

std::optional<std::deque<std::string>> FakeObjects::since(std::uint64_t version, const ResourceType& type,
                                                          const std::string& ns) const {
  if (version < oldest_) return std::nullopt;
  std::deque<std::string> lines;
  for (const FakeEvent& event : history_)
    if (event.version > version && event.type == type && covers(ns, event.ns)) lines.push_back(event.line);
  return lines;
}

void FakeObjects::forget_history() {
  history_.clear();
  oldest_ = ++version_;
}

void FakeObjects::spoil(const ResourceType& type, const Key& key, Json patch) {
  spoilt_.erase({type, key});
  if (!patch.is_null()) spoilt_.emplace(std::pair(type, key), std::move(patch));
}

void FakeObjects::publish(const ResourceType& type, const char* what, const Json& document) {
  history_.push_back({version_, type, text_at(document, "/metadata/namespace"),
                      Json{{"type", what}, {"object", document}}.dump()});
  publish_(history_.back());
}

}  // namespace toolhive::testing
