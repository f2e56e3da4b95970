#include "test/integration/kube/kubectl.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

#include "test/e2e/harness/process.hpp"

namespace toolhive::test {

namespace {

std::string kubectl_program() {
  const char* const given = std::getenv("KUBECTL");
  if (given != nullptr && *given == '/') return given;
  const e2e::Output built = e2e::run({.argv = {TOOLHIVE_SOURCE_DIR "/test/cluster/cluster", "build"}});
  REQUIRE_MESSAGE(built.ok(), built.explain());
  const std::string lines = built.out.substr(0, built.out.find_last_not_of('\n') + 1);
  return lines.substr(lines.rfind('\n') + 1);
}

}  // namespace

const std::string& kubectl() {
  static const std::string program = kubectl_program();
  return program;
}

}  // namespace toolhive::test
