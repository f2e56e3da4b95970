#include "registry/auth/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace toolhive::registry::auth {

RateLimit::RateLimit(RateSettings::Limit limit, Clock& clock)
    : rate_(limit.per_second),
      burst_(limit.burst != 0 ? limit.burst : 2.0 * limit.per_second),
      clock_(clock) {}

std::optional<std::chrono::seconds> RateLimit::take(const std::string& client) {
  return look(client, 1);
}

std::optional<std::chrono::seconds> RateLimit::wait_of(const std::string& client) {
  return look(client, 0);
}

std::optional<std::chrono::seconds> RateLimit::look(const std::string& client, double cost) {
  if (rate_ <= 0) return std::nullopt;
  const auto now = clock_.now();
  std::lock_guard guard(mutex_);
  auto it = by_client_.find(client);
  if (it == by_client_.end()) {
    if (cost <= 0) return std::nullopt;
    if (by_client_.size() >= kClients) {
      by_client_.erase(buckets_.back().client);
      buckets_.pop_back();
    }
    buckets_.push_front({client, burst_, now});
    it = by_client_.emplace(client, buckets_.begin()).first;
  } else {
    buckets_.splice(buckets_.begin(), buckets_, it->second);
  }
  auto& bucket = *it->second;
  const std::chrono::duration<double> since = now - bucket.filled;
  bucket.left = std::min(burst_, bucket.left + std::max(0.0, since.count()) * rate_);
  bucket.filled = now;
  if (bucket.left < 1) {
    const auto wait = std::ceil((1 - bucket.left) / rate_);
    return std::chrono::seconds(std::max(1L, static_cast<long>(wait)));
  }
  bucket.left -= cost;
  return std::nullopt;
}

std::size_t RateLimit::clients() const {
  std::lock_guard guard(mutex_);
  return by_client_.size();
}

}  // namespace toolhive::registry::auth
