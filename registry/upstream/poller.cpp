#include "registry/upstream/poller.hpp"

#include <algorithm>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/base/time.hpp"

namespace toolhive::registry::upstream {
namespace {

// An upstream may commit what it stamped earlier, and its clock may be behind.
constexpr std::chrono::minutes kOverlap{5};
// How often it is asked whether it is this replica's turn now.
constexpr std::chrono::seconds kTurnInterval{10};
constexpr std::chrono::seconds kFirstRetry{5};
constexpr std::size_t kToldKept = 10'000;

std::string count_text(std::size_t number) {
  return std::to_string(number);
}

// A time from which on to ask for changes: a while before the last one, and never in the future.
std::string time_to_ask_from(const std::string& last_change, WallTime began) {
  const auto last = parse_rfc3339(last_change);
  if (!last) return {};
  return to_rfc3339_micro(std::min(*last, std::chrono::time_point_cast<std::chrono::microseconds>(began)) -
                          kOverlap);
}

}  // namespace

Poller::Poller(UpstreamSettings settings, PollerShared shared)
    : settings_(std::move(settings)),
      shared_(std::move(shared)),
      backoff_(shared_.clock,
               {kFirstRetry, std::max<Duration>(settings_.interval, kFirstRetry), settings_.interval * 2}, 0),
      figures_{settings_.name},
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

UpstreamFigures Poller::figures() const {
  const std::lock_guard guard(mutex_);
  return figures_;
}

void Poller::run(const std::stop_token& stop) {
  const Context ctx{stop, TimePoint::max(), shared_.clock};
  while (sleep_for(shared_.clock, look(ctx), stop)) continue;
}

Duration Poller::look(const Context& ctx) {
  const auto mine = shared_.turn.mine();
  {
    const std::lock_guard guard(mutex_);
    figures_.followed = mine.ok() && *mine;
    if (!figures_.followed) figures_.problem.clear();
  }
  if (!mine.ok() || !*mine) {
    next_full_ = TimePoint::min();
    return kTurnInterval;
  }
  const bool full = since_.empty() || shared_.clock.now() >= next_full_;
  const auto followed = follow(ctx, full);
  if (ctx.stop.stop_requested()) return {};
  if (!followed) {
    fail(followed.error().detail);
    return backoff_.next();
  }
  if (full) next_full_ = shared_.clock.now() + settings_.full_interval;
  return backoff_.between(settings_.interval * 9 / 10, settings_.interval);
}

Result<void> Poller::follow(const Context& ctx, bool full) {
  auto source = shared_.open_source(settings_);
  if (!source) return source.take_error();
  const auto began = shared_.clock.wall();
  Intake intake(settings_, shared_.rules, shared_.store, shared_.clock);
  ListingBounds bounds;
  bounds.versions = settings_.versions;
  const auto end = list_versions(ctx, **source, full ? std::string() : since_, bounds,
                                 [&](const auto& versions) { return intake.take(versions); });
  auto done = end ? finish(*end, full, began, intake) : Result<void>(end.error());
  note(intake, full && done.ok());
  return done;
}

Result<void> Poller::finish(const ListingEnd& end, bool full, WallTime began, Intake& intake) {
  if (full) {
    if (end.versions == 0 && versions_held(*shared_.store.snapshot(), settings_.name) > 0) {
      return Error{Code::Unavailable,
                   settings_.url + " lists no servers at all any more: what was taken in stays as it is"};
    }
    if (end.unreadable > 0) {
      return Error{Code::Unavailable, settings_.url + " lists " + count_text(end.unreadable) +
                                          " entries that cannot be read: nothing is marked as deleted"};
    }
    if (auto ok = intake.mark_missing(); !ok) return ok;
  }
  if (const auto since = time_to_ask_from(end.last_change, began); since > since_) since_ = since;
  const std::lock_guard guard(mutex_);
  figures_.problem.clear();
  figures_.last_success =
      std::chrono::duration_cast<std::chrono::seconds>(shared_.clock.wall().time_since_epoch()).count();
  return {};
}

void Poller::note(const Intake& intake, bool full) {
  const auto& counts = intake.counts();
  const auto held = versions_held(*shared_.store.snapshot(), settings_.name);
  {
    const std::lock_guard guard(mutex_);
    figures_.held = held;
    figures_.created += counts.created;
    figures_.changed += counts.changed;
    figures_.marked += counts.marked;
    if (full) {
      figures_.conflicts = counts.conflicts;
      figures_.refused = counts.refused + counts.no_room;
    }
  }
  if (counts.created + counts.changed + counts.marked > 0) {
    log(LogLevel::Info, "took in what an upstream changed",
        {{"upstream", settings_.name},
         {"created", count_text(counts.created)},
         {"changed", count_text(counts.changed)},
         {"marked", count_text(counts.marked)}});
  }
  // Each once, as every look sees them again.
  if (told_.size() > kToldKept) told_.clear();
  for (const auto& reason : intake.reasons()) {
    if (told_.insert(std::hash<std::string>()(reason)).second)
      log(LogLevel::Warn, "not taken in from an upstream",
          {{"upstream", settings_.name}, {"reason", reason}});
  }
}

void Poller::fail(const std::string& why) {
  bool news = false;
  {
    const std::lock_guard guard(mutex_);
    news = figures_.problem != why;
    figures_.problem = why;
    ++figures_.failures;
  }
  if (news)
    log(LogLevel::Warn, "an upstream cannot be followed", {{"upstream", settings_.name}, {"reason", why}});
}

}  // namespace toolhive::registry::upstream
