#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

#include "test/faults/harness/settings.hpp"

using namespace toolhive;

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  if (context.shouldExit()) return context.run();
  const auto& settings = faults::settings();
  faults::progress("FAULTS_SEED=" + std::to_string(settings.seed) +
                   (settings.sample ? " FAULTS_SAMPLE=" + std::to_string(*settings.sample) : "") +
                   " repeats this run");
  if (std::getenv("KUBECONFIG") == nullptr) {
    std::cerr << "test_faults: KUBECONFIG is not set; start it through 'test/run.sh faults', or see "
                 "test/faults/README.md.\n";
    return 2;
  }
  const int code = context.run();
  if (code != 0) faults::progress("FAULTS_SEED=" + std::to_string(settings.seed) + " repeats this run");
  return code;
}
