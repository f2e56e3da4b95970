#include "controller/http/router.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace toolhive::http {
namespace {

// "/a/" contains "/a", "/a/" and "/a/b", not "/ab".
bool contains(std::string_view route, std::string_view path) {
  const std::string_view bare = route.substr(0, route.size() - 1);
  return path.substr(0, bare.size()) == bare && (path.size() == bare.size() || path[bare.size()] == '/');
}

}  // namespace

bool Router::add(std::string path, Handler& handler) {
  if (path.empty() || path.back() != '/') path += '/';
  const std::unique_lock lock(mutex_);
  const auto same = [&](const auto& route) { return route->path == path; };
  if (std::any_of(routes_.begin(), routes_.end(), same)) return false;
  auto route = std::make_shared<Route>();
  route->path = std::move(path);
  route->handler = &handler;
  const auto shorter = [&](const auto& other) { return other->path.size() < route->path.size(); };
  const auto position = std::find_if(routes_.begin(), routes_.end(), shorter);
  routes_.insert(position, std::move(route));
  return true;
}

std::shared_ptr<Route> Router::remove(const Handler& handler) {
  const std::unique_lock lock(mutex_);
  const auto position = std::find_if(routes_.begin(), routes_.end(),
                                     [&](const auto& route) { return route->handler == &handler; });
  if (position == routes_.end()) return nullptr;
  std::shared_ptr<Route> route = std::move(*position);
  routes_.erase(position);
  return route;
}

Router::Match Router::enter(std::string_view path) const {
  const std::shared_lock lock(mutex_);
  const auto position = std::find_if(routes_.begin(), routes_.end(),
                                     [&](const auto& route) { return contains(route->path, path); });
  if (position == routes_.end()) return {};
  const std::shared_ptr<Route>& route = *position;
  return {{route, route->calls}, {route, route->pending}};
}

}  // namespace toolhive::http
