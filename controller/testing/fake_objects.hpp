// FakeObjects: the objects of a FakeApi, and what a server does with them by itself: versions,
// uids, generations, deletion.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/kube/object/resource.hpp"

namespace toolhive::testing {

// A line of a watch, and to which watches it goes.
struct FakeEvent {
  std::uint64_t version;
  kube::ResourceType type;
  std::string ns;
  std::string line;
};

// Whether what asks for the namespace `asked`, empty for all, is given what is in `ns`.
bool covers(const std::string& asked, const std::string& ns);

// Not thread-safe.
class FakeObjects {
 public:
  // `publish` is told of every change.
  explicit FakeObjects(std::function<void(const FakeEvent&)> publish) : publish_(std::move(publish)) {}

  // Null when there is none. Valid until the next change.
  const Json* find(const kube::ResourceType& type, const kube::Key& key) const;
  // Of a namespace, or of all, as lists show them.
  std::vector<Json> listed(const kube::ResourceType& type, const std::string& ns) const;
  std::size_t size(const kube::ResourceType& type) const;

  // Replaces `before`, null where there is none, by `after`, and answers that as it then is. One
  // that is being deleted goes with its last finalizer.
  Json store(const kube::ResourceType& type, const kube::Key& key, const Json& before, Json after);
  // Deletes `document`, which is there: at once, or when its finalizers are gone.
  void remove(const kube::ResourceType& type, const kube::Key& key, Json document);
  // Drops all of the type without a word.
  void drop(const kube::ResourceType& type) { objects_.erase(type); }

  std::uint64_t version() const { return version_; }
  void turn_back_version(std::uint64_t by) { version_ -= by; }
  // What a watch from that version on gets first; nothing when its history is forgotten.
  std::optional<std::deque<std::string>> since(std::uint64_t version, const kube::ResourceType& type,
                                               const std::string& ns) const;
  void forget_history();
  // Lists show the object with this merge patch on it. Null: no more.
  void spoil(const kube::ResourceType& type, const kube::Key& key, Json patch);

 private:
  void publish(const kube::ResourceType& type, const char* what, const Json& document);

  const std::function<void(const FakeEvent&)> publish_;
  std::map<kube::ResourceType, std::map<kube::Key, Json>> objects_;
  std::map<std::pair<kube::ResourceType, kube::Key>, Json> spoilt_;
  std::vector<FakeEvent> history_;
  std::uint64_t version_ = 100;
  std::uint64_t oldest_ = 0;
  std::uint64_t next_uid_ = 1;
};

}  // namespace toolhive::testing
