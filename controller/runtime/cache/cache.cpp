#include "controller/runtime/cache/cache.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>
#include <utility>

namespace toolhive::runtime {

using kube::Key;
using kube::Object;
using kube::ResourceType;

namespace {

constexpr Duration kLongestWait = std::chrono::seconds(5);
// Writes remembered per type before those that were seen meanwhile are looked for and dropped.
constexpr std::size_t kManyWrites = 1024;

// What this process wrote to one key and may not have seen come back.
struct Write {
  std::string resource_version;  // empty: deleted
  std::string uid;
  bool is_release = false;  // nothing of the object is left

  bool seen_by(const Informer& informer, const Key& key) const {
    if (is_release) return informer.absent(key, uid);
    return resource_version.empty() ? informer.gone(key, uid) : informer.reached(resource_version);
  }
  Status wait_seen_by(const Informer& informer, const Context& ctx, const Key& key) const {
    if (is_release) return informer.wait_absent(ctx, key, uid);
    return resource_version.empty() ? informer.wait_gone(ctx, key, uid)
                                    : informer.wait_reached(ctx, resource_version);
  }
};

// The informers of one type.
struct InformerSet {
  InformerOptions options;                                        // as declared
  std::map<std::string, std::shared_ptr<Informer>> by_namespace;  // "" covers every namespace
  // times; guarded by the cache's mutex
  int declared = 0;

  std::mutex mutex;
  std::unordered_map<Key, Write> writes;  // guarded by mutex

  // The one that covers `ns`, or nullptr.
  Informer* covering(const std::string& ns) const {
    auto found = by_namespace.find(ns);
    if (found == by_namespace.end()) found = by_namespace.find("");
    return found == by_namespace.end() ? nullptr : found->second.get();
  }

  std::optional<Write> unseen_write(const Informer& informer, const Key& key) {
    const std::lock_guard lock(mutex);
    const auto found = writes.find(key);
    if (found == writes.end()) return std::nullopt;
    if (!found->second.seen_by(informer, key)) return found->second;
    writes.erase(found);
    return std::nullopt;
  }
};

Status not_declared(const ResourceType& type) {
  return {Code::Internal, type.to_string() + " was read from the cache but never declared to it"};
}

}  // namespace

struct Cache::Impl {
  Impl(kube::Client& c, Clock& k, std::vector<std::string> n)
      : client(c), clock(k), namespaces(std::move(n)) {}

  kube::Client& client;
  Clock& clock;
  const std::vector<std::string> namespaces;

  mutable std::shared_mutex mutex;  // guards both below, not what is in the sets
  std::map<ResourceType, std::shared_ptr<InformerSet>> sets;
  bool started = false;

  // nullptr for a type that was not declared. Whoever has a set may go on with it after it was
  // removed.
  std::shared_ptr<InformerSet> find(const ResourceType& type) const {
    const std::shared_lock lock(mutex);
    const auto found = sets.find(type);
    return found == sets.end() ? nullptr : found->second;
  }

  std::vector<std::shared_ptr<Informer>> all() const {
    const std::shared_lock lock(mutex);
    std::vector<std::shared_ptr<Informer>> informers;
    for (const auto& [type, set] : sets)
      for (const auto& [ns, informer] : set->by_namespace) informers.push_back(informer);
    return informers;
  }

  std::vector<std::string> namespaces_of(const ResourceType& type, const InformerOptions& options) const {
    if (!options.ns.empty()) return {options.ns};
    if (type.scope == kube::Scope::Cluster || namespaces.empty()) return {""};
    return namespaces;
  }

  void record(const ResourceType& type, const Key& key, Write write);

  Status wait_listed(const Context& ctx, const Informer& informer) const {
    if (informer.listed()) return {};
    const Status waited = informer.wait_synced(ctx.with_timeout(kLongestWait));
    if (waited.ok() || informer.listed()) return {};
    return waited.code() == Code::Cancelled ? waited : Status(Code::Unavailable, waited.message());
  }

  // `objects` of several informers, in the order of their keys: the sets are sorted, and so are
  // namespaces.
  template <class Read>
  static StatusOr<std::vector<Object>> gather(const InformerSet& set, Read read) {
    std::vector<Object> all;
    for (const auto& [ns, informer] : set.by_namespace) {
      StatusOr<std::vector<Object>> some = read(informer->store());
      if (!some.ok()) return some.status().with_context("reading " + informer->type().to_string());
      if (all.empty()) {
        all = *std::move(some);
      } else {
        all.insert(all.end(), std::make_move_iterator(some->begin()), std::make_move_iterator(some->end()));
      }
    }
    return all;
  }
};

Cache::Cache(kube::Client& client, Clock& clock, std::vector<std::string> namespaces)
    : impl_(std::make_unique<Impl>(client, clock, std::move(namespaces))) {}

Cache::~Cache() {
  stop();
}

Status Cache::declare(const ResourceType& type, const InformerOptions& options) {
  const std::unique_lock lock(impl_->mutex);
  auto& set = impl_->sets[type];
  if (set) {
    if (set->options == options) {
      ++set->declared;
      return {};
    }
    return {Code::Internal, type.to_string() + " was declared to the cache twice, with different options"};
  }
  set = std::make_shared<InformerSet>();
  set->options = options;
  set->declared = 1;
  for (const std::string& ns : impl_->namespaces_of(type, options)) {
    InformerOptions own = options;
    own.ns = ns;
    auto& informer = set->by_namespace[ns];
    informer = std::make_shared<Informer>(impl_->client, impl_->clock, type, own);
    if (impl_->started) informer->start();
  }
  return {};
}

Status Cache::remove(const ResourceType& type, const void* owner) {
  std::shared_ptr<InformerSet> set;
  bool last = false;
  {
    const std::unique_lock lock(impl_->mutex);
    const auto found = impl_->sets.find(type);
    if (found == impl_->sets.end())
      return {Code::Internal,
              type.to_string() + " is to be removed from the cache but is not declared to it"};
    set = found->second;
    last = --set->declared == 0;
    if (last) impl_->sets.erase(found);
  }
  // Outside of the lock: a handler that is running may read from the cache.
  for (const auto& [ns, informer] : set->by_namespace) {
    if (owner) informer->remove_handlers(owner);
    if (last) informer->retire();
  }
  return {};
}

Status Cache::add_handler(const ResourceType& type, const ChangeHandler& handler, const void* owner) {
  const auto set = impl_->find(type);
  if (!set) return not_declared(type);
  for (const auto& [ns, informer] : set->by_namespace) informer->add_handler(handler, owner);
  return {};
}

Status Cache::add_index(const ResourceType& type, const std::string& name, const IndexFunction& function) {
  const auto set = impl_->find(type);
  if (!set) return not_declared(type);
  for (const auto& [ns, informer] : set->by_namespace) informer->add_index(name, function);
  return {};
}

StatusOr<Object> Cache::get(const Context& ctx, const ResourceType& type, const Key& key, Read read) const {
  if (read == Read::Live) return impl_->client.get(ctx, type, key);
  const auto set = impl_->find(type);
  if (!set) return not_declared(type);
  const Informer* informer = set->covering(key.ns);
  if (!informer)
    return Status(Code::Internal,
                  "the cache of " + type.to_string() + " does not cover namespace \"" + key.ns + "\"");
  if (const Status listed = impl_->wait_listed(ctx, *informer); !listed.ok()) return listed;

  if (read == Read::ReadYourWrites) {
    if (const auto write = set->unseen_write(*informer, key)) {
      const Status seen = write->wait_seen_by(*informer, ctx.with_timeout(kLongestWait), key);
      if (!seen.ok()) return ctx.done() ? StatusOr<Object>(seen) : impl_->client.get(ctx, type, key);
    }
  }
  if (auto held = informer->store().get(key)) return *std::move(held);
  return Status(Code::NotFound, type.to_string() + " \"" + key.to_string() + "\" not found");
}

StatusOr<std::vector<Object>> Cache::list(const ResourceType& type, std::string_view ns) const {
  const auto set = impl_->find(type);
  if (!set) return not_declared(type);
  if (const Informer* informer = ns.empty() ? nullptr : set->covering(std::string(ns)))
    return informer->store().list(ns);
  return Impl::gather(*set,
                      [&](const Store& store) -> StatusOr<std::vector<Object>> { return store.list(ns); });
}

StatusOr<std::vector<Object>> Cache::find(const ResourceType& type, std::string_view index,
                                          std::string_view value) const {
  const auto set = impl_->find(type);
  if (!set) return not_declared(type);
  return Impl::gather(*set, [&](const Store& store) { return store.find(index, value); });
}

std::optional<ResourceType> Cache::type_of(const Object& object) const {
  const std::shared_lock lock(impl_->mutex);
  for (const auto& [type, set] : impl_->sets)
    if (type.kind == object.kind() && type.api_version() == object.api_version()) return type;
  return std::nullopt;
}

void Cache::wrote(const ResourceType& type, const Key& key, std::string_view resource_version,
                  std::string_view uid) {
  impl_->record(type, key, Write{std::string(resource_version), std::string(uid)});
}

void Cache::released(const ResourceType& type, const Key& key, std::string_view uid) {
  impl_->record(type, key, Write{{}, std::string(uid), true});
}

void Cache::Impl::record(const ResourceType& type, const Key& key, Write write) {
  const auto set = find(type);
  const Informer* informer = set ? set->covering(key.ns) : nullptr;
  if (!informer) return;
  // Usually the event overtakes the reply of the write.
  if (write.seen_by(*informer, key)) return;
  const std::lock_guard lock(set->mutex);
  if (set->writes.size() >= kManyWrites)
    std::erase_if(set->writes, [&](const auto& entry) {
      const Informer* of = set->covering(entry.first.ns);
      return !of || entry.second.seen_by(*of, entry.first);
    });
  auto [entry, fresh] = set->writes.try_emplace(key, write);
  // Two threads may write one key: wait for the later write.
  if (!fresh && (write.resource_version.empty() ||
                 kube::compare_resource_versions(write.resource_version, entry->second.resource_version) > 0))
    entry->second = std::move(write);
}

void Cache::start() {
  const std::unique_lock lock(impl_->mutex);
  impl_->started = true;
  for (const auto& [type, set] : impl_->sets)
    for (const auto& [ns, informer] : set->by_namespace) informer->start();
}

void Cache::stop() {
  {
    const std::unique_lock lock(impl_->mutex);
    impl_->started = false;
  }
  // Outside of the lock: a handler that is running may read from the cache.
  for (const auto& informer : impl_->all()) informer->stop();
}

bool Cache::synced() const {
  for (const auto& informer : impl_->all())
    if (!informer->synced()) return false;
  return true;
}

Status Cache::wait_synced(const Context& ctx) const {
  for (const auto& informer : impl_->all()) {
    const Status waited = informer->wait_synced(ctx);
    if (!waited.ok() && !informer->retired()) return waited;
  }
  return {};
}

std::vector<Status> Cache::errors() const {
  std::vector<Status> errors;
  for (const auto& informer : impl_->all()) {
    const Status error = informer->last_error();
    if (error.ok()) continue;
    const std::string& ns = informer->options().ns;
    errors.push_back(error.with_context(informer->type().to_string() + (ns.empty() ? "" : " in " + ns)));
  }
  return errors;
}

std::vector<std::shared_ptr<const Informer>> Cache::informers() const {
  const auto all = impl_->all();
  return {all.begin(), all.end()};
}

}  // namespace toolhive::runtime
