#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  if (context.shouldExit()) return context.run();
  if (std::getenv("KUBECONFIG") == nullptr) {
    std::cerr << "test_integration: KUBECONFIG is not set. Start an API server with `test/cluster/cluster up "
                 "--control-plane` and set KUBECONFIG to the path it prints.\n";
    return 2;
  }
  return context.run();
}
