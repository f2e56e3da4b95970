#include "test/e2e/harness/route_api.hpp"

#include <doctest/doctest.h>

#include "test/e2e/harness/cluster.hpp"

namespace e2e {
namespace {

std::string definition() {
  return source_path("test/e2e/data/route-crd.yaml");
}

}  // namespace

RouteApi::RouteApi() {
  const Output output = Cluster::get().kubectl({"apply", "-f", definition()});
  REQUIRE_MESSAGE(output.ok(), output.explain());
}

RouteApi::~RouteApi() {
  Cluster::get().kubectl({"delete", "-f", definition(), "--ignore-not-found"});
}

}  // namespace e2e
