#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "controller/base/clock.hpp"
#include "registry/auth/settings.hpp"

namespace toolhive::registry::auth {

// Token buckets, one for each client: `burst` requests at once, then `per_second` of them. At most
// 50,000 clients are remembered: who was seen longest ago is forgotten first, and starts anew with
// a full bucket. Thread safe.
class RateLimit {
 public:
  static constexpr std::size_t kClients = 50'000;

  explicit RateLimit(RateSettings::Limit limit, Clock& clock = system_clock());

  // Takes one request out of the client's bucket. None when there was one; else how long until
  // there is, a second at least.
  std::optional<std::chrono::seconds> take(const std::string& client);
  // The same without taking it.
  std::optional<std::chrono::seconds> wait_of(const std::string& client);

  std::size_t clients() const;

 private:
  struct Bucket {
    std::string client;
    double left;
    TimePoint filled;
  };
  std::optional<std::chrono::seconds> look(const std::string& client, double cost);

  const double rate_, burst_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::list<Bucket> buckets_;  // The last seen comes first.
  std::unordered_map<std::string, std::list<Bucket>::iterator> by_client_;
};

}  // namespace toolhive::registry::auth
