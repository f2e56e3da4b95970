// Informer: keeps a Store in step with the API server by list and watch, and tells handlers what changed.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "controller/kube/client.hpp"
#include "controller/kube/clock.hpp"
#include "controller/runtime/store.hpp"

namespace runtime {

struct InformerOptions {
  std::string ns;  // empty: all namespaces
  std::string label_selector;
  std::string field_selector;
  // An optional resource may be missing (Routes, ServiceMonitors): then the informer counts as synced and
  // empty, and starts by itself when the API server begins to offer it.
  bool optional = false;
};

// Called on the informer's own thread, after the store and its indexes have the change. Must not block: map
// to keys, enqueue, return.
using ChangeHandler = std::function<void(const Change&)>;

// Thread-safe. One thread of its own from start() to stop().
//
// Guarantees: a handler sees every object that exists, in the order the server gave per object; a deletion is
// reported even when it happened while disconnected; an object that does not decode is reported in
// last_error() and skipped, the others go on. Recovery: a broken stream continues from the last
// resourceVersion; 410 lists again; 70 s of silence counts as broken; backoff 800 ms doubling to 30 s with
// jitter.
class Informer {
 public:
  Informer(kube::Client& client, kube::Clock& clock, kube::ResourceType type, InformerOptions options = {});
  ~Informer();  // stops
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  const kube::ResourceType& type() const;
  const InformerOptions& options() const;
  const Store& store() const;

  // Before start() or after: a handler that comes late first hears of every existing object as Added.
  void add_handler(ChangeHandler handler);
  void add_index(std::string name, IndexFunction function);

  void start();
  // Ends the stream at once and joins the thread. Idempotent.
  void stop();

  // The store holds the first list, and every handler has seen all of it.
  bool synced() const;
  // Cancelled or Timeout, with last_error() as the cause, when ctx ends first.
  kube::Status wait_synced(const kube::Context& ctx) const;
  // Ok while healthy; else why the list or watch fails, such as Forbidden with the missing right.
  kube::Status last_error() const;
  // Whether the API server offered the resource when last asked.
  bool offered() const;

  struct Counters {
    std::uint64_t lists = 0, watches = 0, events = 0, undecodable = 0;
  };
  Counters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runtime
