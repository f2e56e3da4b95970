// What waits for the end of a response.
#pragma once

#include "controller/http/router.hpp"

#include <functional>
#include <utility>

namespace toolhive::http {

// Tells once whether a response was written: at the latest, and then `false`, when this goes.
class Completion {
 public:
  // `written` may be empty.
  Completion(RouteEntry pending, std::function<void(bool complete)> written)
      : pending_(std::move(pending)), written_(std::move(written)) {}
  Completion(Completion&& other) noexcept
      : pending_(std::move(other.pending_)), written_(std::exchange(other.written_, nullptr)) {}
  Completion& operator=(Completion&&) = delete;
  ~Completion() { finish(false); }

  void finish(bool complete) {
    { const RouteEntry ended = std::move(pending_); }
    if (const auto written = std::exchange(written_, nullptr)) written(complete);
  }

 private:
  RouteEntry pending_;
  std::function<void(bool complete)> written_;
};

}  // namespace toolhive::http
