// What is remembered of each Registry while a newer spec of it is refused.
#include "controller/operator/registry/accepted_inputs.hpp"

#include <doctest/doctest.h>

#include "test/unit/operator/make.hpp"

using namespace toolhive;

TEST_CASE("what a Registry declared last is remembered until it is gone") {
  AcceptedInputs accepted;
  const RegistryInputs first = test::inputs({{"image", "example.com/mcp-registry:1"}});
  CHECK_FALSE(accepted.find(first.key, first.uid));
  accepted.remember(first);
  CHECK(accepted.find(first.key, first.uid)->image == first.image);
  const RegistryInputs second = test::inputs({{"image", "example.com/mcp-registry:2"}});
  accepted.remember(second);
  CHECK(accepted.find(first.key, first.uid)->image == second.image);
  accepted.forget(first.key);
  CHECK_FALSE(accepted.find(first.key, first.uid));
}

TEST_CASE("a Registry made again under its name has not accepted what the earlier one did") {
  AcceptedInputs accepted;
  const RegistryInputs earlier = test::inputs();
  accepted.remember(earlier);
  CHECK_FALSE(accepted.find(earlier.key, "uid-of-the-new-one"));
}
