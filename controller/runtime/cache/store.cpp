#include "controller/runtime/cache/store.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <utility>

namespace toolhive::runtime {

using kube::Key;
using kube::Object;

namespace {

// Orders objects by the key inside their metadata, so that no key is stored twice.
struct ByKey {
  using is_transparent = void;
  using View = std::pair<std::string_view, std::string_view>;
  static View view(const Object& object) { return {object.meta().ns, object.meta().name}; }
  static View view(const Key& key) { return {key.ns, key.name}; }
  static View view(const View& view) { return view; }
  bool operator()(const auto& a, const auto& b) const { return view(a) < view(b); }
};

using Objects = std::set<Object, ByKey>;

struct Index {
  IndexFunction function;
  std::map<std::string, Objects, std::less<>> entries;

  void insert(const Object& object) {
    for (std::string& value : function(object)) entries[std::move(value)].insert(object);
  }
  void erase(const Object& object) {
    for (const std::string& value : function(object)) {
      const auto entry = entries.find(value);
      if (entry == entries.end()) continue;
      entry->second.erase(object);
      if (entry->second.empty()) entries.erase(entry);
    }
  }
};

Change added(Object object) {
  return {.type = Change::Type::Added, .after = std::move(object)};
}

Change updated(Object before, Object after) {
  return {.type = Change::Type::Updated, .before = std::move(before), .after = std::move(after)};
}

Change deleted(Object before, bool final_state_unknown) {
  return {
      .type = Change::Type::Deleted, .before = std::move(before), .final_state_unknown = final_state_unknown};
}

bool same_version(const Object& a, const Object& b) {
  return a.meta().uid == b.meta().uid && a.meta().resource_version == b.meta().resource_version;
}

// Sorts by key and keeps the last of equals.
void sort_unique(std::vector<Object>& objects) {
  std::stable_sort(objects.begin(), objects.end(), ByKey{});
  const auto same_key = [](const Object& a, const Object& b) { return ByKey::view(a) == ByKey::view(b); };
  const auto first_kept = std::unique(objects.rbegin(), objects.rend(), same_key).base();
  objects.erase(objects.begin(), first_kept);
}

}  // namespace

struct Store::State {
  mutable std::shared_mutex mutex;
  Objects objects;
  std::map<std::string, Index, std::less<>> indexes;  // every object of `objects`, and no other
  std::size_t bytes = 0;                              // sum over `objects`

  void insert(const Object& object) {
    objects.insert(object);
    bytes += object.bytes().size();
    for (auto& [name, index] : indexes) index.insert(object);
  }
  void erase(Objects::iterator position) {
    bytes -= position->bytes().size();
    for (auto& [name, index] : indexes) index.erase(*position);
    objects.erase(position);
  }
};

Store::Store() : state_(std::make_unique<State>()) {}
Store::~Store() = default;

std::optional<Object> Store::get(const Key& key) const {
  std::shared_lock lock(state_->mutex);
  const auto found = state_->objects.find(key);
  if (found == state_->objects.end()) return std::nullopt;
  return *found;
}

std::vector<Object> Store::list(std::string_view ns) const {
  std::shared_lock lock(state_->mutex);
  const Objects& objects = state_->objects;
  if (ns.empty()) return {objects.begin(), objects.end()};
  std::vector<Object> result;
  for (auto at = objects.lower_bound(ByKey::View{ns, {}}); at != objects.end() && at->meta().ns == ns; ++at)
    result.push_back(*at);
  return result;
}

StatusOr<std::vector<Object>> Store::find(std::string_view index, std::string_view value) const {
  std::shared_lock lock(state_->mutex);
  const auto named = state_->indexes.find(index);
  if (named == state_->indexes.end())
    return Status(Code::Internal, "no index named " + std::string(index) + " was added to this store");
  const auto entry = named->second.entries.find(value);
  if (entry == named->second.entries.end()) return std::vector<Object>();
  return std::vector<Object>(entry->second.begin(), entry->second.end());
}

std::size_t Store::size() const {
  std::shared_lock lock(state_->mutex);
  return state_->objects.size();
}

std::size_t Store::bytes() const {
  std::shared_lock lock(state_->mutex);
  return state_->bytes;
}

void Store::add_index(std::string name, IndexFunction function) {
  std::unique_lock lock(state_->mutex);
  const auto [entry, fresh] = state_->indexes.try_emplace(std::move(name), Index{std::move(function), {}});
  if (!fresh) return;
  for (const Object& object : state_->objects) entry->second.insert(object);
}

std::vector<Change> Store::put(Object object) {
  std::unique_lock lock(state_->mutex);
  const auto held = state_->objects.find(object);
  std::vector<Change> changes;
  if (held == state_->objects.end()) {
    state_->insert(object);
    changes.push_back(added(std::move(object)));
    return changes;
  }
  Object before = *held;
  if (kube::compare_resource_versions(object.meta().resource_version, before.meta().resource_version) <= 0)
    return changes;
  state_->erase(held);
  state_->insert(object);
  if (before.meta().uid == object.meta().uid) {
    changes.push_back(updated(std::move(before), std::move(object)));
  } else {
    changes.push_back(deleted(std::move(before), true));
    changes.push_back(added(std::move(object)));
  }
  return changes;
}

std::vector<Change> Store::erase(const Key& key, std::optional<Object> final_state) {
  std::unique_lock lock(state_->mutex);
  const auto held = state_->objects.find(key);
  if (held == state_->objects.end()) return {};
  Object before = *held;
  if (final_state && kube::compare_resource_versions(final_state->meta().resource_version,
                                                     before.meta().resource_version) < 0)
    return {};
  state_->erase(held);
  const bool known = final_state && final_state->meta().uid == before.meta().uid;
  return {deleted(known ? *std::move(final_state) : std::move(before), !known)};
}

std::vector<Change> Store::replace(std::vector<Object> objects) {
  sort_unique(objects);
  std::vector<Change> changes;
  // Everything that allocates happens before the lock is taken: this is the only writer, so
  // `objects` of the state cannot change meanwhile, and readers wait for two swaps only.
  State& s = *state_;
  Objects next(objects.begin(), objects.end());
  std::size_t bytes = 0;
  for (const Object& object : next) bytes += object.bytes().size();

  auto before = s.objects.begin();
  for (const Object& object : objects) {
    for (; before != s.objects.end() && ByKey{}(*before, object); ++before)
      changes.push_back(deleted(*before, true));
    if (before == s.objects.end() || ByKey{}(object, *before)) {
      changes.push_back(added(object));
      continue;
    }
    if (before->meta().uid != object.meta().uid) {
      changes.push_back(deleted(*before, true));
      changes.push_back(added(object));
    } else if (!same_version(*before, object)) {
      changes.push_back(updated(*before, object));
    }
    ++before;
  }
  for (; before != s.objects.end(); ++before) changes.push_back(deleted(*before, true));

  std::unique_lock lock(s.mutex);
  s.objects.swap(next);
  s.bytes = bytes;
  for (auto& [name, index] : s.indexes) {
    index.entries.clear();
    for (const Object& object : s.objects) index.insert(object);
  }
  return changes;
}

}  // namespace toolhive::runtime
