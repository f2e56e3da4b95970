#include "controller/operator/server/change_streams.hpp"

#include <algorithm>
#include <utility>

#include "controller/operator/schedule.hpp"

namespace toolhive {

using kube::Key;

namespace {

constexpr Duration kReopen = std::chrono::seconds(2);
constexpr int kMostStreamDoublings = 6;

Hearing heard_of(Hearing::State state, const Status& failure = {}) {
  return {.state = state, .failure = failure};
}

}  // namespace

ChangeStreams::ChangeStreams(runtime::Metrics& metrics, Clock& clock, ChangeStreamsOptions options,
                             Events events)
    : clock_(clock),
      options_(options),
      events_(std::move(events)),
      metrics_(metrics),
      slots_(options_.most),
      listener_(clock) {}

void ChangeStreams::follow(const Context& ctx, const Key& tool, const std::string& revision,
                           const std::string& server, mcp::Client& client, bool offered) {
  std::uint64_t attempt = 0;
  bool told = false;
  const bool begins = begin(tool, revision, server, offered, told, attempt);
  if (told) events_.told(tool);
  if (!begins) return;
  const StatusOr<mcp::Listener::Id> id =
      listener_.listen(ctx, client, options_.limits,
                       {[this, tool, attempt] { on_listening(tool, attempt); },
                        [this, tool, attempt] { on_changed(tool, attempt); },
                        [this, tool, attempt](const Status& why) { on_end(tool, attempt, why); }});
  if (!id.ok()) return on_end(tool, attempt, id.status());
  const std::lock_guard lock(mutex_);
  if (Stream* const stream = find(tool, attempt); stream && stream->has_slot)
    stream->id = *id;
  else
    listener_.stop(*id);  // it was closed meanwhile
}

bool ChangeStreams::begin(const Key& tool, const std::string& revision, const std::string& server,
                          bool offered, bool& told, std::uint64_t& attempt) {
  const std::lock_guard lock(mutex_);
  if (const auto found = streams_.find(tool);
      found != streams_.end() && (found->second.revision != revision || found->second.server != server))
    erase(found);
  Stream& stream = streams_[tool];
  stream.revision = revision;
  stream.server = server;
  if (stream.has_slot || clock_.now() < stream.not_before) return false;
  const Hearing::State before = stream.hearing.state;
  stream.reopens_at = TimePoint::max();
  if (!offered)
    stream.hearing = heard_of(Hearing::State::NotOffered);
  else if (!slots_.take(tool.ns))
    stream.hearing = heard_of(Hearing::State::Full);
  else
    stream.has_slot = true;
  told = stream.hearing.state != before;
  if (!stream.has_slot) return false;
  metrics_.open(slots_.taken());
  stream.id = 0;
  stream.listening = false;
  attempt = stream.attempt = ++last_attempt_;
  return true;
}

ChangeStreams::Stream* ChangeStreams::find(const Key& tool, std::uint64_t attempt) {
  const auto found = streams_.find(tool);
  return found == streams_.end() || found->second.attempt != attempt ? nullptr : &found->second;
}

void ChangeStreams::on_listening(const Key& tool, std::uint64_t attempt) {
  {
    const std::lock_guard lock(mutex_);
    Stream* const stream = find(tool, attempt);
    if (!stream) return;
    stream->listening = true;
    stream->began = clock_.now();
    stream->hearing = heard_of(Hearing::State::Listening);
  }
  events_.began(tool);
}

void ChangeStreams::on_changed(const Key& tool, std::uint64_t attempt) {
  {
    const std::lock_guard lock(mutex_);
    if (!find(tool, attempt)) return;
  }
  metrics_.heard();
  events_.changed(tool);
}

void ChangeStreams::on_end(const Key& tool, std::uint64_t attempt, const Status& why) {
  {
    const std::lock_guard lock(mutex_);
    Stream* const stream = find(tool, attempt);
    if (!stream || !stream->has_slot) return;
    release(tool, *stream);
    plan_next(tool, *stream, why);
  }
  if (why.reason() == mcp::kFlooding) metrics_.flooded();
  events_.told(tool);
}

void ChangeStreams::plan_next(const Key& tool, Stream& stream, const Status& why) {
  const TimePoint now = clock_.now();
  const bool steady = stream.listening && now >= stream.began + kSteady;
  stream.listening = false;
  if (why.reason() == mcp::kNotOffered || why.reason() == mcp::kFlooding) {
    const bool floods = why.reason() == mcp::kFlooding;
    stream.hearing = floods ? heard_of(Hearing::State::Flooding, why) : heard_of(Hearing::State::NotOffered);
    // No look is made for it: neither may make the operator ask more often.
    stream.not_before = now + jittered(kRest, tool);
    return;
  }
  stream.failures = steady ? 0 : std::min(stream.failures + 1, kMostStreamDoublings + 1);
  if (!steady) stream.hearing = heard_of(Hearing::State::Broken, why);
  const Duration doubled = kFirstRetry * (1 << std::max(stream.failures - 1, 0));
  const Duration asked = why.retry_after().value_or(std::chrono::milliseconds(0));
  stream.not_before =
      now + jittered(steady ? kReopen : std::max(asked, std::min(doubled, Duration(kRest))), tool);
  stream.reopens_at = stream.not_before;
}

void ChangeStreams::release(const Key& tool, Stream& stream) {
  if (!std::exchange(stream.has_slot, false)) return;
  slots_.leave(tool.ns);
  metrics_.open(slots_.taken());
}

void ChangeStreams::erase(std::map<Key, Stream>::iterator stream) {
  if (stream->second.id != 0 && stream->second.has_slot) listener_.stop(stream->second.id);
  release(stream->first, stream->second);
  streams_.erase(stream);
}

void ChangeStreams::close(const Key& tool) {
  const std::lock_guard lock(mutex_);
  if (const auto found = streams_.find(tool); found != streams_.end()) erase(found);
}

void ChangeStreams::close(const Key& tool, const std::string& revision) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(tool);
  if (found != streams_.end() && found->second.revision == revision) erase(found);
}

Hearing ChangeStreams::hearing(const Key& tool) const {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(tool);
  return found == streams_.end() ? Hearing() : found->second.hearing;
}

TimePoint ChangeStreams::reopens_at(const Key& tool) const {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(tool);
  return found == streams_.end() ? TimePoint::max() : found->second.reopens_at;
}

}  // namespace toolhive
