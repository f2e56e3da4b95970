#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

#include "test/faults/harness/operator_process.hpp"
#include "test/faults/harness/settings.hpp"

using namespace toolhive;

namespace {

// CRDs and images, in the cluster that $TOOLHIVE_CLUSTER names.
bool prepare_cluster() {
  const char* cluster = std::getenv("TOOLHIVE_CLUSTER");
  if (std::getenv("KUBECONFIG") == nullptr || cluster == nullptr) {
    std::cerr << "test_faults: KUBECONFIG and TOOLHIVE_CLUSTER are not set; start it through 'test/run.sh "
                 "faults', or see "
                 "test/faults/README.md.\n";
    return false;
  }
  const e2e::Output output = e2e::run(
      {.argv = {faults::source_path("test/faults/prepare.sh"), cluster,
                faults::source_path("build/images/mcp-registry.tar"), faults::kImage, faults::kOtherImage},
       .timeout = e2e::Seconds(180)});
  if (!output.ok()) std::cerr << "test_faults: preparing the cluster failed: " << output.explain();
  return output.ok();
}

}  // namespace

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  if (context.shouldExit()) return context.run();
  const auto& settings = faults::settings();
  faults::progress("FAULTS_SEED=" + std::to_string(settings.seed) +
                   (settings.sample ? " FAULTS_SAMPLE=" + std::to_string(*settings.sample) : "") +
                   " repeats this run");
  if (!prepare_cluster()) return 2;
  const int code = context.run();
  if (code != 0) faults::progress("FAULTS_SEED=" + std::to_string(settings.seed) + " repeats this run");
  return code;
}
