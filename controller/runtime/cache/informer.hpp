// Informer: keeps a Store in step with the API server by list and watch, and tells handlers what
// changed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "controller/base/clock.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/runtime/cache/store.hpp"

namespace toolhive::runtime {

struct InformerOptions {
  std::string ns;  // empty: all namespaces
  std::string label_selector;
  std::string field_selector;
  // An optional resource may be missing (Routes, ServiceMonitors): then the informer counts as
  // synced and empty. Any resource, optional or not, is followed as soon as the API server begins
  // to offer it.
  bool optional = false;
  // Only the metadata of each object is fetched and held: for mappers and owners of objects whose
  // content is nobody's business here. as<T>() and json() then see no spec; runtime/applier.hpp
  // wants whole objects.
  bool metadata_only = false;
  // How often, at least, a resource that the API server does not offer is asked for.
  Duration absent_poll = std::chrono::seconds(30);
  // Of the random part of waits. 0: another one in each process.
  std::uint64_t jitter_seed = 0;

  bool operator==(const InformerOptions&) const = default;
};

// Called on the informer's own thread, after the store and its indexes have the change. Must not
// block: map to keys, enqueue, return. An exception is logged and goes no further.
using ChangeHandler = std::function<void(const Change&)>;

// Thread-safe. One thread of its own from start() to stop().
//
// Guarantees: a handler sees every object that exists, in the order the server gave per object; a
// deletion is reported even when it happened while disconnected; an object that does not decode
// goes to quarantine() and is reported in last_error(), and the others go on. What can be read of
// it is held with a flaw (kube::Object::flaw()); where nothing can, what was held before stays.
// Recovery: a broken stream continues from the last resourceVersion; 410 lists again; 70 s of
// silence counts as broken; backoff 800 ms doubling to 30 s with jitter. reflector.hpp shows the
// states.
class Informer {
 public:
  Informer(kube::Client& client, Clock& clock, kube::ResourceType type, InformerOptions options = {});
  ~Informer();  // stops
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  const kube::ResourceType& type() const;
  const InformerOptions& options() const;
  const Store& store() const;

  // Before start() or after: a handler that comes late first hears of every existing object as
  // Added, on the caller's thread. Not to be called by a handler. `owner` is only compared.
  void add_handler(ChangeHandler handler, const void* owner = nullptr);
  // Of `owner`: they are not under way any more when this returns. Not to be called by a handler.
  void remove_handlers(const void* owner);
  void add_index(std::string name, IndexFunction function);

  void start();
  // Ends the stream at once and joins the thread. Idempotent; not to be called by a handler.
  void stop();
  // stop() for good: who waits for this informer gets Cancelled.
  void retire();
  bool retired() const;

  // The store holds the first list: reads are complete, though handlers may not have seen all of
  // it.
  bool listed() const;
  // The store holds the first list, and every handler has seen all of it.
  bool synced() const;
  // Cancelled or Timeout, with last_error() as the cause, when ctx ends first.
  Status wait_synced(const Context& ctx) const;
  // Ok while healthy; else why the list or watch fails, such as Forbidden with the missing right,
  // or which object does not decode.
  Status last_error() const;
  // The objects whose last state did not decode, in the order of their keys: at most 32 with their
  // bytes, each cut after Undecodable::kMaxBytes; last_error() counts all of them. Emptied by the
  // object's next good state, by its deletion and by a relist, which names again what is still bad.
  // The bytes of a Secret are in here, too.
  std::vector<kube::Undecodable> quarantine() const;
  std::size_t quarantined() const;  // the number of all of them
  // Whether the API server offered the resource when last asked.
  bool offered() const;

  // Blocks until every change up to `resource_version` is in the store. Cancelled or Timeout as
  // above.
  Status wait_reached(const Context& ctx, std::string_view resource_version) const;
  bool reached(std::string_view resource_version) const;
  // Blocks until the object `uid` is no longer held under `key`, or is seen being deleted.
  Status wait_gone(const Context& ctx, const kube::Key& key, std::string_view uid) const;
  bool gone(const kube::Key& key, std::string_view uid) const;
  // The same, where being deleted is not enough.
  Status wait_absent(const Context& ctx, const kube::Key& key, std::string_view uid) const;
  bool absent(const kube::Key& key, std::string_view uid) const;

  struct Counters {
    std::uint64_t lists = 0, watches = 0, events = 0, undecodable = 0, failures = 0;
    std::uint64_t watch_restarts = 0;  // watches after the first one, whatever ended the one before
  };
  Counters counters() const;
  // When the API server last said something: an event, a bookmark or a list. The clock's start
  // before.
  TimePoint last_heard() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::runtime
