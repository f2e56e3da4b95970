#include "registry/api/endpoint.hpp"

#include <doctest/doctest.h>

#include <string>

namespace toolhive::registry::test {
namespace {

// A path of the template's form.
std::string filled(std::string path) {
  for (auto at = path.find('{'); at != path.npos; at = path.find('{'))
    path.replace(at, path.find('}') - at + 1, "1");
  return path;
}

}  // namespace

TEST_CASE("the path of each endpoint leads to it and to no other") {
  for (const auto& endpoint : endpoints()) {
    CAPTURE(endpoint.path);
    const auto route = route_path(filled(std::string(endpoint.path)));
    REQUIRE(route.ok());
    CHECK(route->endpoint == &endpoint);
    CHECK(route->kind == endpoint.kind);
  }
}

TEST_CASE(
    "each method of an endpoint has a handler, and what needs the right to write has a name in the audit "
    "log") {
  for (const auto& endpoint : endpoints()) {
    CAPTURE(endpoint.path);
    for (const auto& method : endpoint.methods) {
      if (method.name.empty()) continue;
      CHECK((method.handler != nullptr));
      CHECK((method.needs == Needs::WriteRight) == !method.action.empty());
    }
  }
}

TEST_CASE("HEAD is what GET is, and a method that an endpoint does not have is none") {
  for (const auto& endpoint : endpoints()) {
    CHECK(endpoint.find("HEAD") == endpoint.find("GET"));
    CHECK(endpoint.find("TRACE") == nullptr);
    CHECK(endpoint.find("") == nullptr);
  }
}

}  // namespace toolhive::registry::test
