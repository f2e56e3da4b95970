#include "test/e2e/harness/cert_manager.hpp"

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "test/e2e/harness/cluster.hpp"

namespace e2e {

namespace {

constexpr Seconds kBuildTime(900);

}  // namespace

CertManager::CertManager() {
  const Output built = run({.argv = {source_path("test/e2e/cert-manager/build.sh")}, .timeout = kBuildTime});
  if (!built.ok()) throw std::runtime_error(built.explain());
  std::istringstream lines(built.out);
  std::string program;
  std::string crds;
  std::getline(lines, program);
  std::getline(lines, crds);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(crds)) files.push_back(entry.path());
  api_.emplace(files);
  process_ = std::make_unique<Background>(
      Cluster::get().inside({"sh", "-c", "exec \"$0\" -kubeconfig \"$KUBECONFIG\"", program}));
}

}  // namespace e2e
