#include "controller/operator/idle_connections.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "controller/operator/untrusted_connection.hpp"

namespace toolhive {

namespace {

bool has_aged(const UntrustedConnection& connection, TimePoint since, TimePoint now) {
  return now - since >= IdleConnections::kLongestIdle ||
         now - connection.made() >= IdleConnections::kLongestLife;
}

}  // namespace

IdleConnections::IdleConnections() = default;
IdleConnections::~IdleConnections() = default;

template <class IsOver>
void IdleConnections::remove(IsOver is_over, Idles& closed) {
  const auto over =
      std::stable_partition(idle_.begin(), idle_.end(), [&](const Idle& idle) { return !is_over(idle); });
  std::move(over, idle_.end(), std::back_inserter(closed));
  idle_.erase(over, idle_.end());
}

std::unique_ptr<UntrustedConnection> IdleConnections::take(Clock& clock, const Use& use, Duration longest) {
  const TimePoint now = clock.now();
  Idles closed;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  remove(
      [&](const Idle& idle) {
        return idle.use.peer == use.peer && (idle.use != use || has_aged(*idle.connection, idle.since, now) ||
                                             !idle.connection->may_serve_another(clock.wall()));
      },
      closed);
  const auto last =
      std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& idle) { return idle.use == use; });
  if (last == idle_.rend() || now - last->since > longest) return nullptr;
  std::unique_ptr<UntrustedConnection> connection = std::move(last->connection);
  idle_.erase(std::next(last).base());
  return connection;
}

void IdleConnections::keep(Clock& clock, const Use& use, std::unique_ptr<UntrustedConnection> connection) {
  const TimePoint now = clock.now();
  const bool good = connection->may_serve_another(clock.wall());
  Idles closed;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  remove([&](const Idle& idle) { return has_aged(*idle.connection, idle.since, now); }, closed);
  if (!good) return;
  const auto of_one =
      std::count_if(idle_.begin(), idle_.end(), [&](const Idle& idle) { return idle.use.peer == use.peer; });
  if (static_cast<std::size_t>(of_one) >= kMostOfOne) return;
  if (idle_.size() >= kMost) {
    closed.push_back(std::move(idle_.front()));
    idle_.erase(idle_.begin());
  }
  idle_.push_back({use, now, std::move(connection)});
}

void IdleConnections::forget(const void* peer) {
  Idles closed;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  remove([&](const Idle& idle) { return idle.use.peer == peer; }, closed);
}

std::size_t IdleConnections::size() const {
  const std::lock_guard lock(mutex_);
  return idle_.size();
}

}  // namespace toolhive
