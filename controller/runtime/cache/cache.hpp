// Cache: the informers of a process, and reads from them that see the process's own writes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/kube/client/client.hpp"
#include "controller/kube/object/ref.hpp"
#include "controller/runtime/cache/informer.hpp"

namespace toolhive::runtime {

enum class Read {
  Cached,  // as last seen; may be older than this process's own write
  // Waits, up to ctx and at most 5 s, until the informer has what this process wrote to that key;
  // then asks the API server, because the watch is late.
  ReadYourWrites,
  Live,  // asks the API server
};

// Thread-safe. Informers are created by declare() only: reading a type that nobody declared is a
// defect, so that no watch on all Secrets of a cluster starts by accident.
class Cache {
 public:
  // One informer per type and namespace; `namespaces` empty means one for the whole cluster.
  Cache(kube::Client& client, Clock& clock, std::vector<std::string> namespaces);
  ~Cache();

  // Declares informers for a type: one per namespace of the cache, or one for cluster scope or when
  // options.ns is set. Handlers and indexes are added to all of them. Calling it again with the
  // same type and options shares the same set; other options for the same type are an Internal
  // error. Before start() or after. A type that the API server does not offer yet is followed as
  // soon as it does, see InformerOptions::optional.
  Status declare(const kube::ResourceType& type, const InformerOptions& options = {});
  // Takes back one declare(). With the last one the informers' threads end, their objects are
  // freed, and the type is as if never declared; it may be declared again. The handlers of `owner`,
  // unless nullptr, are removed in any case, and are not under way any more when this returns.
  // Internal for a type that is not declared. Not to be called by a handler.
  Status remove(const kube::ResourceType& type, const void* owner = nullptr);
  // `owner` is only compared, see remove().
  Status add_handler(const kube::ResourceType& type, const ChangeHandler& handler,
                     const void* owner = nullptr);
  Status add_index(const kube::ResourceType& type, const std::string& name, const IndexFunction& function);

  // NotFound when there is no such object. Unavailable, with the informer's error as the cause,
  // when the first list did not come within 5 s: absent and not yet known are different answers.
  // Internal for a type or a namespace that was not declared.
  StatusOr<kube::Object> get(const Context& ctx, const kube::ResourceType& type, const kube::Key& key,
                             Read read = Read::ReadYourWrites) const;
  // As last seen, in the order of their keys. Reconcilers run after the caches have synced; before,
  // these lists are incomplete. Internal for a type or index that was not declared.
  StatusOr<std::vector<kube::Object>> list(const kube::ResourceType& type, std::string_view ns = {}) const;
  StatusOr<std::vector<kube::Object>> find(const kube::ResourceType& type, std::string_view index,
                                           std::string_view value) const;

  // The same by type, for any T with a kube::Resource<T>. get() also fails as
  // Resource<T>::from_json does; an object that does not decode as T is left out of a list, so that
  // it cannot hide the others.
  template <class T>
  StatusOr<kube::Ref<T>> get(const Context& ctx, const kube::Key& key,
                             Read read = Read::ReadYourWrites) const {
    const auto object = get(ctx, kube::Resource<T>::type(), key, read);
    if (!object.ok()) return object.status();
    return kube::Ref<T>::of(*object);
  }
  template <class T>
  StatusOr<std::vector<kube::Ref<T>>> list(std::string_view ns = {}) const {
    return refs<T>(list(kube::Resource<T>::type(), ns));
  }
  template <class T>
  StatusOr<std::vector<kube::Ref<T>>> find(std::string_view index, std::string_view value) const {
    return refs<T>(find(kube::Resource<T>::type(), index, value));
  }

  // The type of an object, among those that were declared.
  std::optional<kube::ResourceType> type_of(const kube::Object& object) const;

  // Records that this process wrote `key`, with the resourceVersion the server answered; empty
  // after a delete of `uid`. Types that were not declared are ignored.
  void wrote(const kube::ResourceType& type, const kube::Key& key, std::string_view resource_version,
             std::string_view uid);
  // Records that this process took the last finalizer of `uid`, which was being deleted: it is
  // gone, and the server's answer has the resourceVersion of before.
  void released(const kube::ResourceType& type, const kube::Key& key, std::string_view uid);

  void start();
  void stop();
  bool synced() const;
  Status wait_synced(const Context& ctx) const;
  // One entry per informer that is not healthy: type, namespace and cause.
  std::vector<Status> errors() const;
  // Every informer, for metrics.
  std::vector<std::shared_ptr<const Informer>> informers() const;

 private:
  template <class T>
  static StatusOr<std::vector<kube::Ref<T>>> refs(const StatusOr<std::vector<kube::Object>>& objects) {
    if (!objects.ok()) return objects.status();
    std::vector<kube::Ref<T>> refs;
    refs.reserve(objects->size());
    for (const kube::Object& object : *objects)
      if (auto ref = kube::Ref<T>::of(object); ref.ok()) refs.push_back(*std::move(ref));
    return refs;
  }

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::runtime
