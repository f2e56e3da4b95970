#include "test/e2e/harness/offered_api.hpp"

#include <doctest/doctest.h>

#include "test/e2e/harness/cluster.hpp"

namespace e2e {

OfferedApi::OfferedApi(const std::vector<std::string>& files) {
  const Cluster& cluster = Cluster::get();
  for (const std::string& file : files) {
    files_.push_back(file.starts_with('/') ? file : source_path(file));
    // On the server's side, because some are larger than an annotation may be.
    Output output = cluster.kubectl({"apply", "--server-side", "-f", files_.back()});
    REQUIRE_MESSAGE(output.ok(), output.explain());
    output = cluster.kubectl({"wait", "--for=condition=Established", "--timeout=60s", "-f", files_.back()});
    REQUIRE_MESSAGE(output.ok(), output.explain());
  }
}

OfferedApi::~OfferedApi() {
  for (const std::string& file : files_) Cluster::get().kubectl({"delete", "-f", file, "--ignore-not-found"});
}

}  // namespace e2e
