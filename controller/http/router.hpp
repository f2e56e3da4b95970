// From a request's path to the handler for it.
#pragma once

#include "controller/http/gauge.hpp"

#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolhive::http {

class Handler;

// One handler's path. `calls` counts its functions that run now (the handler must not be destroyed
// while they do), `pending` requests whose response is not yet written.
struct Route {
  std::string path;  // starts and ends with '/'
  Handler* handler = nullptr;
  Gauge calls;
  Gauge pending;
};

// One thing that is counted in a route, which it keeps alive.
class RouteEntry {
 public:
  RouteEntry() = default;
  // `gauge` is one of the route's.
  RouteEntry(std::shared_ptr<Route> route, Gauge& gauge) : route_(std::move(route)), entry_(gauge) {}
  RouteEntry(RouteEntry&&) noexcept = default;
  RouteEntry& operator=(RouteEntry&&) = delete;  // would let the route go before its gauge is left

  Route* route() const { return route_.get(); }  // null for none

 private:
  std::shared_ptr<Route> route_;
  Gauge::Entry entry_;
};

// The handlers of one port. Thread safe.
class Router {
 public:
  // False when the path is taken.
  bool add(std::string path, Handler& handler);
  // After this no request finds the route; those that found it before may still be counted in it.
  std::shared_ptr<Route> remove(const Handler& handler);

  // A request's part in the route that it has found: none when there is no such route.
  struct Match {
    RouteEntry call;
    RouteEntry pending;
  };
  // Finds the route with the longest path that contains `path`.
  Match enter(std::string_view path) const;

 private:
  mutable std::shared_mutex mutex_;
  std::vector<std::shared_ptr<Route>> routes_;  // longest path first
};

}  // namespace toolhive::http
