// From a request's path to the http_listener that handles it.
#pragma once

#include "controller/http/gauge.hpp"

#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace web::http::experimental::listener::details {
class http_listener_impl;  // NOLINT(readability-identifier-naming): cpprestsdk's
}

namespace toolhive::http {

using ListenerImpl = web::http::experimental::listener::details::http_listener_impl;

// One listener. `calls` counts handler functions that run now (the listener must not be destroyed while they
// do), `pending` requests whose response is not yet written.
struct Route {
  std::string path;  // starts and ends with '/'
  ListenerImpl* listener = nullptr;
  Gauge calls;
  Gauge pending;
};

// The listeners of one port. Thread safe.
class Router {
 public:
  // False when the path is taken.
  bool add(std::string path, ListenerImpl* listener);
  // After this no request finds the route; those that found it before may still be counted in it.
  std::shared_ptr<Route> remove(const ListenerImpl* listener);
  // The route with the longest path that contains `path`, counted in its `calls` and `pending`; null when
  // there is none.
  std::shared_ptr<Route> enter(std::string_view path) const;

 private:
  mutable std::shared_mutex mutex_;
  std::vector<std::shared_ptr<Route>> routes_;  // longest path first
};

}  // namespace toolhive::http
