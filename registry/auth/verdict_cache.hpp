#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "controller/base/sha256.hpp"
#include "registry/auth/authenticator.hpp"

namespace toolhive::registry::auth {

// Verdicts until their time is over, under a hash of the token: the tokens themselves are not kept.
// When it is full, what was not asked for longest goes. Thread safe.
template <class Time>
class VerdictCache {
 public:
  explicit VerdictCache(std::size_t capacity) : capacity_(capacity) {}

  static std::string key_of(std::string_view token) {
    const auto hash = sha256(token);
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
  }

  std::optional<Verdict> find(const std::string& key, Time now) {
    std::lock_guard guard(mutex_);
    const auto it = entries_.find(key);
    if (it == entries_.end()) return std::nullopt;
    if (now >= it->second->until) {
      order_.erase(it->second);
      entries_.erase(it);
      return std::nullopt;
    }
    order_.splice(order_.begin(), order_, it->second);
    return it->second->verdict;
  }

  void add(const std::string& key, const Verdict& verdict, Time until) {
    std::lock_guard guard(mutex_);
    if (const auto it = entries_.find(key); it != entries_.end()) {
      order_.erase(it->second);
      entries_.erase(it);
    }
    order_.push_front({key, verdict, until});
    entries_.emplace(key, order_.begin());
    if (entries_.size() > capacity_) {
      entries_.erase(order_.back().key);
      order_.pop_back();
    }
  }

  void clear() {
    std::lock_guard guard(mutex_);
    entries_.clear();
    order_.clear();
  }

  std::size_t size() const {
    std::lock_guard guard(mutex_);
    return entries_.size();
  }

 private:
  struct Entry {
    std::string key;
    Verdict verdict;
    Time until;
  };

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::list<Entry> order_;  // The one that was asked for last comes first.
  std::unordered_map<std::string, typename std::list<Entry>::iterator> entries_;
};

}  // namespace toolhive::registry::auth
