#include "controller/runtime/cache/informer.hpp"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "controller/base/log.hpp"
#include "controller/runtime/cache/reflector.hpp"

namespace toolhive::runtime {

using kube::Key;
using kube::Object;

namespace {

// Objects in quarantine whose bytes are kept.
constexpr std::size_t kMaxKept = 32;
// Objects in quarantine that are counted one by one: their keys are what they cost.
constexpr std::size_t kMaxCounted = 10'000;

struct Handler {
  ChangeHandler call;
  const void* owner;
};

}  // namespace

struct Informer::Impl final : Reflector::Target {
  Impl(kube::Client& client, Clock& c, kube::ResourceType t, InformerOptions o)
      : clock(c), type(std::move(t)), options(std::move(o)), reflector(client, clock, type, options, *this) {}

  Clock& clock;
  const kube::ResourceType type;
  const InformerOptions options;
  Store store;
  Reflector reflector;

  // Held while a change goes into the store and to the handlers, so that a handler that is added
  // meanwhile hears of each object either as existing or as a change. Never taken with `mutex`
  // held.
  std::mutex dispatch;
  std::vector<Handler> handlers;  // guarded by dispatch

  // Guards all below.
  mutable std::mutex mutex;
  mutable std::condition_variable progress;
  bool has_list = false;
  bool handlers_have_list = false;
  bool is_offered = true;
  bool is_retired = false;
  Status error;
  std::map<Key, kube::Undecodable>
      quarantine;        // objects whose last state did not decode; bytes in the first kMaxKept
  std::size_t kept = 0;  // entries of `quarantine` with bytes
  std::string version;   // every change up to here was dispatched
  Counters count;
  TimePoint heard{};

  std::mutex control;  // guards thread and serializes start() and stop()
  std::jthread thread;

  // ---- Reflector::Target, on the informer's thread ----

  void replace(std::vector<Object> objects) override { replace(std::move(objects), true); }

  // `offered` changes together with the list, or whoever waits for the list could see the one
  // without the other.
  void replace(std::vector<Object> objects, bool offered) {
    {
      const std::lock_guard dispatching(dispatch);
      const std::vector<Change> changes = store.replace(std::move(objects));
      const bool initial = note_listed();
      for (Change change : changes) {
        change.initial = initial;
        notify(change);
      }
    }
    std::lock_guard lock(mutex);
    handlers_have_list = true;
    is_offered = offered;
    progress.notify_all();
  }

  void put(Object object) override {
    const Key key = object.key();
    const bool whole = object.flaw().empty();
    {
      const std::lock_guard dispatching(dispatch);
      for (const Change& change : store.put(std::move(object))) notify(change);
    }
    std::lock_guard lock(mutex);
    if (whole) release_locked(key);
  }

  void erase(const Key& key, std::optional<Object> final_state) override {
    {
      const std::lock_guard dispatching(dispatch);
      for (const Change& change : store.erase(key, std::move(final_state))) notify(change);
    }
    std::lock_guard lock(mutex);
    release_locked(key);
  }

  std::optional<Object> undecodable(kube::Undecodable object) override {
    const Key key = object.key;
    {
      std::lock_guard lock(mutex);
      ++count.undecodable;
      // Once per object, and of so many objects: whoever changes one in a loop must not fill the
      // log.
      if (!quarantine.contains(key) && quarantine.size() < kMaxKept)
        log(LogLevel::Error, "an object does not decode and is set aside",
            {{"resource", type.to_string()},
             {"namespace", key.ns},
             {"name", key.name},
             {"error", object.why.message()}});
      release_locked(key);
      if (quarantine.size() < kMaxCounted) {
        if (kept >= kMaxKept) {
          std::string().swap(object.bytes);
        } else {
          ++kept;
        }
        object.rest.reset();  // the store has it
        quarantine.emplace(key, std::move(object));
      }
    }
    if (key.name.empty()) return std::nullopt;
    return store.get(key);
  }

  std::vector<Object> held() const override { return store.list(); }

  void reached(const std::string& resource_version) override {
    std::lock_guard lock(mutex);
    version = resource_version;
    heard = clock.now();
    ++count.events;
    progress.notify_all();
  }

  void requested(Reflector::State state) override {
    std::lock_guard lock(mutex);
    if (state != Reflector::State::PagedList && ++count.watches > 1) ++count.watch_restarts;
    if (state == Reflector::State::Connecting) return;
    ++count.lists;
    quarantine.clear();  // a list names again what still does not decode
    kept = 0;
  }

  void healthy() override {
    std::lock_guard lock(mutex);
    if (!error.ok()) log(LogLevel::Info, "list and watch work again", {{"resource", type.to_string()}});
    error = {};
  }

  void failed(const Status& why) override {
    std::lock_guard lock(mutex);
    ++count.failures;
    // Once per cause: a server that is away for an hour is not worth a line every 30 s.
    if (error.code() != why.code())
      log(LogLevel::Warn, "list and watch do not work",
          {{"resource", type.to_string()}, {"error", why.to_string()}});
    error = why;
    progress.notify_all();
  }

  void absent(const Status& why) override {
    {
      std::lock_guard lock(mutex);
      if (is_offered)
        log(LogLevel::Info, "the API server does not offer a resource (yet)",
            {{"resource", type.to_string()}});
      is_offered = false;
      version.clear();
    }
    if (options.optional || store.size() > 0) replace({}, false);
    std::lock_guard lock(mutex);
    error = options.optional
                ? Status()
                : why.with_context(type.to_string() + " is not offered by the API server; install its CRD");
    progress.notify_all();
  }

  // ---- helpers ----

  // Returns whether this was the first list.
  bool note_listed() {
    std::lock_guard lock(mutex);
    has_list = true;
    return !handlers_have_list;
  }

  // With `mutex` held.
  void release_locked(const Key& key) {
    const auto found = quarantine.find(key);
    if (found == quarantine.end()) return;
    if (!found->second.bytes.empty()) --kept;
    quarantine.erase(found);
  }

  // With `dispatch` held.
  void notify(const Change& change) {
    for (const Handler& handler : handlers) call(handler.call, change);
  }

  void call(const ChangeHandler& handler, const Change& change) const {
    try {
      handler(change);
    } catch (const std::exception& thrown) {
      log(LogLevel::Error, "a handler threw an exception",
          {{"resource", type.to_string()},
           {"namespace", change.object().key().ns},
           {"name", change.object().key().name},
           {"error", thrown.what()}});
    }
  }

  Status cause() const {
    if (!error.ok()) return error;
    if (quarantine.empty()) return {};
    const auto& [key, object] = *quarantine.begin();
    return Status(Code::Decode, std::to_string(quarantine.size()) + " object(s) of " + type.to_string() +
                                    " do not decode, \"" + key.to_string() +
                                    "\" for one: " + object.why.message());
  }

  // Blocks until `condition`, asked with `mutex` held, or the end of ctx.
  template <class Condition>
  Status wait(const Context& ctx, std::string_view for_what, Condition condition) const {
    std::stop_callback wake(ctx.stop, [this] {
      const std::lock_guard lock(mutex);
      progress.notify_all();
    });
    std::unique_lock lock(mutex);
    while (!condition()) {
      if (is_retired)
        return Status(Code::Cancelled, "the cache of " + type.to_string() + " was removed by this process");
      const bool stopped = ctx.stop.stop_requested();
      if (stopped || clock.now() >= ctx.deadline) {
        const Status why = cause();
        return Status(stopped ? Code::Cancelled : Code::Timeout,
                      "waiting for the cache of " + type.to_string() + " to " + std::string(for_what) +
                          (why.ok() ? "" : ": " + why.message()));
      }
      clock.wait_until(lock, progress, ctx.deadline);
    }
    return {};
  }

  bool has_reached(std::string_view resource_version) const {
    return kube::compare_resource_versions(version, resource_version) >= 0;
  }
};

Informer::Informer(kube::Client& client, Clock& clock, kube::ResourceType type, InformerOptions options)
    : impl_(std::make_unique<Impl>(client, clock, std::move(type), std::move(options))) {}

Informer::~Informer() {
  stop();
}

const kube::ResourceType& Informer::type() const {
  return impl_->type;
}
const InformerOptions& Informer::options() const {
  return impl_->options;
}
const Store& Informer::store() const {
  return impl_->store;
}

void Informer::add_handler(ChangeHandler handler, const void* owner) {
  const std::lock_guard dispatching(impl_->dispatch);
  for (Object& object : impl_->store.list()) {
    Change change;
    change.after = std::move(object);
    change.initial = true;
    impl_->call(handler, change);
  }
  impl_->handlers.push_back({std::move(handler), owner});
}

void Informer::remove_handlers(const void* owner) {
  const std::lock_guard dispatching(impl_->dispatch);
  std::erase_if(impl_->handlers, [owner](const Handler& handler) { return handler.owner == owner; });
}

void Informer::add_index(std::string name, IndexFunction function) {
  // Not between a change of the store and its notification.
  const std::lock_guard dispatching(impl_->dispatch);
  impl_->store.add_index(std::move(name), std::move(function));
}

void Informer::start() {
  const std::lock_guard lock(impl_->control);
  if (impl_->thread.joinable()) return;
  impl_->thread = std::jthread([impl = impl_.get()](std::stop_token stop) { impl->reflector.run(stop); });
}

void Informer::stop() {
  const std::lock_guard lock(impl_->control);
  if (!impl_->thread.joinable()) return;
  impl_->thread.request_stop();
  impl_->thread.join();
}

void Informer::retire() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->is_retired = true;
    impl_->progress.notify_all();
  }
  stop();
}

bool Informer::retired() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->is_retired;
}

bool Informer::listed() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->has_list;
}

bool Informer::synced() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->handlers_have_list;
}

Status Informer::wait_synced(const Context& ctx) const {
  return impl_->wait(ctx, "sync", [this] { return impl_->handlers_have_list; });
}

Status Informer::last_error() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->cause();
}

std::vector<kube::Undecodable> Informer::quarantine() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<kube::Undecodable> objects;
  for (const auto& [key, object] : impl_->quarantine)
    if (!object.bytes.empty()) objects.push_back(object);
  return objects;
}

std::size_t Informer::quarantined() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->quarantine.size();
}

bool Informer::offered() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->is_offered;
}

Status Informer::wait_reached(const Context& ctx, std::string_view resource_version) const {
  return impl_->wait(ctx, "catch up", [&] { return impl_->has_reached(resource_version); });
}

bool Informer::reached(std::string_view resource_version) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->has_reached(resource_version);
}

Status Informer::wait_gone(const Context& ctx, const Key& key, std::string_view uid) const {
  return impl_->wait(ctx, "see a deletion", [&] { return gone(key, uid); });
}

bool Informer::gone(const Key& key, std::string_view uid) const {
  const auto held = impl_->store.get(key);
  return !held || held->meta().uid != uid || held->meta().deleting();
}

Status Informer::wait_absent(const Context& ctx, const Key& key, std::string_view uid) const {
  return impl_->wait(ctx, "see a deletion", [&] { return absent(key, uid); });
}

bool Informer::absent(const Key& key, std::string_view uid) const {
  const auto held = impl_->store.get(key);
  return !held || held->meta().uid != uid;
}

Informer::Counters Informer::counters() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->count;
}

TimePoint Informer::last_heard() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->heard;
}

}  // namespace toolhive::runtime
