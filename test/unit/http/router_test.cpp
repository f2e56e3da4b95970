#include "controller/http/router.hpp"

#include "controller/http/handler.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <memory>
#include <utility>

using namespace toolhive;

namespace {

class NoHandler final : public http::Handler {
  void handle(http::Request, http::Responder) override {}
};

http::Handler& handler(std::size_t number) {
  static std::array<NoHandler, 4> handlers;
  return handlers.at(number);
}

http::Handler* found(const http::Router& router, const char* path) {
  const auto match = router.enter(path);
  return match.call.route() != nullptr ? match.call.route()->handler : nullptr;
}

}  // namespace

TEST_CASE("the longest path that contains the request's wins, by whole segments") {
  http::Router router;
  CHECK(router.add("/", handler(1)));
  CHECK(router.add("/api", handler(2)));
  CHECK(router.add("/api/v1/", handler(3)));
  CHECK(found(router, "/") == &handler(1));
  CHECK(found(router, "/apix") == &handler(1));
  CHECK(found(router, "/api") == &handler(2));
  CHECK(found(router, "/api/") == &handler(2));
  CHECK(found(router, "/api/v10") == &handler(2));
  CHECK(found(router, "/api/v1") == &handler(3));
  CHECK(found(router, "/api/v1/tools") == &handler(3));
}

TEST_CASE("a path belongs to one listener until that is removed") {
  http::Router router;
  CHECK(router.add("/a", handler(1)));
  CHECK_FALSE(router.add("/a/", handler(2)));
  CHECK(found(router, "/b") == nullptr);
  const auto route = router.remove(handler(1));
  REQUIRE(route);
  CHECK(route->handler == &handler(1));
  CHECK(found(router, "/a") == nullptr);
  CHECK(router.add("/a/", handler(2)));
  CHECK_FALSE(router.remove(handler(1)));
}

TEST_CASE("a request is counted in its route until its call and its answer are over") {
  http::Router router;
  CHECK(router.add("/a", handler(1)));
  auto match = std::make_unique<http::Router::Match>(router.enter("/a/b"));
  const auto route = router.remove(handler(1));
  REQUIRE(route);
  CHECK(route->calls.count() == 1);
  CHECK(route->pending.count() == 1);
  {
    const http::RouteEntry pending = std::move(match->pending);
    match.reset();
    CHECK(route->calls.count() == 0);
    CHECK(route->pending.count() == 1);
  }
  CHECK(route->pending.count() == 0);
}
