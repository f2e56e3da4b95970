#include "controller/runtime/cache/reflector.hpp"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/runtime/cache/informer.hpp"

namespace toolhive::runtime {

using kube::Object;
using kube::WatchEvent;

namespace {

// Streaming lists that break this often in a row give way to LIST.
constexpr int kMaxBrokenLists = 2;
// Streams that end this often in a row with bytes that cannot be read: the change behind them is
// skipped by listing again.
constexpr int kMaxUnreadableStreams = 3;
// A list older than what was seen is refused, because a server that lags must not take the store
// back in time. Only when every answer stays older was the cluster restored from a backup.
constexpr int kMaxRegressions = 5;
// A stream that the server ends sooner than this counts as a failure, or a server that closes every
// stream at once would be asked without pause.
constexpr Duration kShortStream = std::chrono::seconds(1);

bool too_large_version(const Status& status) {
  return status.code() == Code::Timeout &&
         status.message().find("Too large resource version") != std::string::npos;
}

}  // namespace

Reflector::Reflector(kube::Client& client, Clock& clock, const kube::ResourceType& type,
                     const InformerOptions& options, Target& target)
    : client_(client),
      clock_(clock),
      type_(type),
      options_(options),
      target_(target),
      backoff_(clock, {}, options.jitter_seed) {}

Reflector::~Reflector() = default;

void Reflector::run(std::stop_token stop) {
  const Context ctx{stop, TimePoint::max(), clock_, {}};
  while (!stop.stop_requested()) {
    Next next{State::StreamingList};
    try {
      next = step(ctx);
    } catch (const std::exception& error) {
      stream_.reset();
      next = failed(State::StreamingList, Status(Code::Internal, error.what()));
    }
    state_ = next.state;
    if (next.wait > Duration::zero()) sleep_for(clock_, next.wait, stop);
  }
  stream_.reset();
  collected_.clear();
  state_ = State::StreamingList;
}

Reflector::Next Reflector::step(const Context& ctx) {
  switch (state_) {
    case State::StreamingList:
      return start_streaming_list(ctx);
    case State::InitialEvents:
      return collect_initial_event(ctx);
    case State::PagedList:
      return list_pages(ctx);
    case State::Connecting:
      return connect(ctx);
    case State::Watching:
      return pass_on_event(ctx);
    case State::Absent:
      break;
  }
  return {State::StreamingList};
}

Reflector::Next Reflector::start_streaming_list(const Context& ctx) {
  target_.requested(State::StreamingList);
  kube::WatchOptions watch = watch_options();
  watch.send_initial_events = true;
  auto stream = client_.watch(ctx, type_, watch);
  if (stream.ok()) {
    stream_ = std::move(*stream);
    stream_opened_ = clock_.now();
    start_list();
    return {State::InitialEvents};
  }
  const Status why = stream.status();
  if (why.code() == Code::NotFound) return absent(why);
  // So answers a server without the feature. If the right to list is missing, LIST says it better.
  if (why.code() == Code::Invalid || why.code() == Code::Forbidden) return {State::PagedList};
  return failed(State::StreamingList, why);
}

Reflector::Next Reflector::collect_initial_event(const Context& ctx) {
  auto event = stream_->next(ctx);
  if (!event.ok() || event->type == WatchEvent::Type::Error) {
    const Status why = event.ok() ? event->error : event.status();
    stream_.reset();
    collected_.clear();
    if (why.code() == Code::Invalid || why.code() == Code::Forbidden) return {State::PagedList};
    const bool give_way = ++broken_lists_ >= kMaxBrokenLists;
    return failed(give_way ? State::PagedList : State::StreamingList, why);
  }
  switch (event->type) {
    case WatchEvent::Type::Added:
    case WatchEvent::Type::Modified:
      if (event->object) {
        collected_.push_back(std::move(*event->object));
      } else {
        set_aside(*std::move(event->undecodable));
      }
      break;
    case WatchEvent::Type::Deleted: {
      const kube::Key gone = event->object ? event->object->key() : event->undecodable->key;
      std::erase_if(collected_, [&](const Object& object) { return object.key() == gone; });
      break;
    }
    case WatchEvent::Type::Bookmark:
      if (event->initial_events_end)
        return list_complete(event->resource_version, State::Watching, State::StreamingList);
      break;
    case WatchEvent::Type::Error:
      break;
  }
  return {State::InitialEvents};
}

Reflector::Next Reflector::list_pages(const Context& ctx) {
  target_.requested(State::PagedList);
  kube::ListOptions list;
  list.ns = options_.ns;
  list.label_selector = options_.label_selector;
  list.field_selector = options_.field_selector;
  list.metadata_only = options_.metadata_only;
  auto page = client_.list(ctx, type_, list);
  if (page.status().code() == Code::NotFound) return absent(page.status());
  if (!page.ok()) return failed(State::PagedList, page.status());
  start_list();
  collected_ = std::move(page->items);
  for (kube::Undecodable& object : page->undecodable) set_aside(std::move(object));
  return list_complete(page->resource_version, State::Connecting, State::PagedList);
}

void Reflector::start_list() {
  collected_.clear();
  nameless_ = false;
}

// An object of a list that cannot be read exists: what is held of it must not look deleted.
void Reflector::set_aside(kube::Undecodable object) {
  if (!object.identified()) nameless_ = true;
  std::optional<Object> shown = object.rest;
  std::optional<Object> held = target_.undecodable(std::move(object));
  if (!shown) shown = std::move(held);
  if (shown) collected_.push_back(*std::move(shown));
}

// The objects held that the list does not have: each may be the one whose name could not be read. A
// later list tells.
void Reflector::keep_missing() {
  std::set<kube::Key> listed;
  for (const Object& object : collected_) listed.insert(object.key());
  for (Object& object : target_.held())
    if (!listed.contains(object.key())) collected_.push_back(std::move(object));
}

Reflector::Next Reflector::list_complete(const std::string& resource_version, State next, State again) {
  if (kube::compare_resource_versions(resource_version, last_version_) < 0 &&
      ++regressions_ <= kMaxRegressions) {
    stream_.reset();
    return failed(
        again, Status(Code::Unavailable, "the API server answered with resourceVersion " + resource_version +
                                             ", older than " + last_version_ + " seen before: refused"));
  }
  if (regressions_ > kMaxRegressions)
    log(LogLevel::Warn,
        "the API server stays at a resourceVersion older than seen before; taking it as restored from a "
        "backup",
        {{"resource", type_.to_string()}});
  regressions_ = 0;
  broken_lists_ = 0;
  if (nameless_) keep_missing();
  target_.replace(std::exchange(collected_, {}));
  last_version_ = resource_version;
  target_.reached(resource_version);
  target_.healthy();
  return {next};
}

Reflector::Next Reflector::connect(const Context& ctx) {
  target_.requested(State::Connecting);
  kube::WatchOptions watch = watch_options();
  watch.resource_version = last_version_;
  auto stream = client_.watch(ctx, type_, watch);
  if (stream.ok()) {
    stream_ = std::move(*stream);
    stream_opened_ = clock_.now();
    target_.healthy();
    return {State::Watching};
  }
  const Status why = stream.status();
  if (why.code() == Code::NotFound) return absent(why);
  if (why.code() == Code::Expired) return {State::StreamingList, backoff_.next()};
  // The server cannot make sense of the resourceVersion: only a list gives a new one.
  if (why.code() == Code::Invalid || too_large_version(why)) return failed(State::StreamingList, why);
  return failed(State::Connecting, why);
}

Reflector::Next Reflector::pass_on_event(const Context& ctx) {
  auto event = stream_->next(ctx);
  if (!event.ok()) return stream_failed(event.status());
  if (event->type == WatchEvent::Type::Error) return stream_failed(event->error);
  // Nobody knows what changed. The stream is opened again from before that, and then everything is
  // listed.
  if (event->undecodable && !event->undecodable->identified()) return stream_failed(event->undecodable->why);
  // Within a stream versions only grow; anything else is a replay of what was seen. An object that
  // does not decode may have none.
  if (!event->resource_version.empty()) {
    if (kube::compare_resource_versions(event->resource_version, last_version_) <= 0)
      return {State::Watching};
    last_version_ = event->resource_version;
  }
  switch (event->type) {
    case WatchEvent::Type::Added:
    case WatchEvent::Type::Modified:
      if (event->object) {
        target_.put(std::move(*event->object));
      } else {
        std::optional<Object> rest = event->undecodable->rest;
        target_.undecodable(*std::move(event->undecodable));
        if (rest) target_.put(*std::move(rest));
      }
      break;
    case WatchEvent::Type::Deleted:
      if (event->object) {
        const kube::Key key = event->object->key();
        target_.erase(key, std::move(event->object));
      } else {
        target_.erase(event->undecodable->key, std::nullopt);
      }
      break;
    case WatchEvent::Type::Bookmark:
    case WatchEvent::Type::Error:
      break;
  }
  unreadable_streams_ = 0;
  target_.reached(last_version_);
  return {State::Watching};
}

Reflector::Next Reflector::stream_failed(const Status& why) {
  stream_.reset();
  if (why.code() == Code::EndOfStream && clock_.now() - stream_opened_ >= kShortStream)
    return {State::Connecting};
  // With a wait, in case the next list is just as short-lived.
  if (why.code() == Code::Expired) return {State::StreamingList, backoff_.next()};
  if (why.code() == Code::Decode && ++unreadable_streams_ >= kMaxUnreadableStreams) {
    unreadable_streams_ = 0;
    return failed(State::StreamingList, why);
  }
  return failed(State::Connecting, why);
}

Reflector::Next Reflector::failed(State again, const Status& why) {
  if (why.code() != Code::Cancelled) target_.failed(why);
  const Duration wait = backoff_.next();
  return {again, std::max(wait, Duration(why.retry_after().value_or(std::chrono::milliseconds(0))))};
}

Reflector::Next Reflector::absent(const Status& why) {
  last_version_.clear();
  target_.absent(why);
  return {State::Absent, backoff_.between(options_.absent_poll / 2, options_.absent_poll)};
}

kube::WatchOptions Reflector::watch_options() {
  kube::WatchOptions watch;
  watch.ns = options_.ns;
  watch.label_selector = options_.label_selector;
  watch.field_selector = options_.field_selector;
  watch.metadata_only = options_.metadata_only;
  // Spread, so that the watches of a process do not all end together.
  watch.timeout = std::chrono::duration_cast<std::chrono::seconds>(
      backoff_.between(std::chrono::minutes(5), std::chrono::minutes(10)));
  return watch;
}

}  // namespace toolhive::runtime
