#include "controller/http/router.hpp"

#include <doctest/doctest.h>

#include <cstddef>

using namespace toolhive;

namespace {

// The router compares listeners and never looks into them.
http::ListenerImpl* listener(std::size_t number) {
  return reinterpret_cast<http::ListenerImpl*>(number * 64);  // NOLINT(performance-no-int-to-ptr)
}

http::ListenerImpl* found(const http::Router& router, const char* path) {
  const auto route = router.enter(path);
  return route ? route->listener : nullptr;
}

}  // namespace

TEST_CASE("the longest path that contains the request's wins, by whole segments") {
  http::Router router;
  CHECK(router.add("/", listener(1)));
  CHECK(router.add("/api", listener(2)));
  CHECK(router.add("/api/v1/", listener(3)));
  CHECK(found(router, "/") == listener(1));
  CHECK(found(router, "/apix") == listener(1));
  CHECK(found(router, "/api") == listener(2));
  CHECK(found(router, "/api/") == listener(2));
  CHECK(found(router, "/api/v10") == listener(2));
  CHECK(found(router, "/api/v1") == listener(3));
  CHECK(found(router, "/api/v1/tools") == listener(3));
}

TEST_CASE("a path belongs to one listener until that is removed") {
  http::Router router;
  CHECK(router.add("/a", listener(1)));
  CHECK_FALSE(router.add("/a/", listener(2)));
  CHECK(found(router, "/b") == nullptr);
  const auto route = router.remove(listener(1));
  REQUIRE(route);
  CHECK(route->listener == listener(1));
  CHECK(found(router, "/a") == nullptr);
  CHECK(router.add("/a/", listener(2)));
  CHECK_FALSE(router.remove(listener(1)));
}
