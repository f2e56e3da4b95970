// What the bodies of all requests together may take.
#pragma once

#include <atomic>
#include <cstdint>

namespace toolhive::http {

// Counts bytes against a limit. Thread safe.
class BodyBudget {
 public:
  explicit BodyBudget(std::uint64_t limit) : limit_(limit) {}

  // False, and nothing is taken, when there is not so much left.
  bool reserve(std::uint64_t bytes) {
    if (used_.fetch_add(bytes) + bytes <= limit_) return true;
    used_ -= bytes;
    return false;
  }
  void release(std::uint64_t bytes) { used_ -= bytes; }

 private:
  const std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
};

}  // namespace toolhive::http
