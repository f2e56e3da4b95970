#include "test/e2e/harness/offered_api.hpp"

#include <doctest/doctest.h>

#include "test/e2e/harness/cluster.hpp"

namespace e2e {

OfferedApi::OfferedApi(std::initializer_list<const char*> files) {
  const Cluster& cluster = Cluster::get();
  for (const char* file : files) {
    files_.push_back(source_path(file));
    Output output = cluster.kubectl({"apply", "-f", files_.back()});
    REQUIRE_MESSAGE(output.ok(), output.explain());
    output = cluster.kubectl({"wait", "--for=condition=Established", "--timeout=60s", "-f", files_.back()});
    REQUIRE_MESSAGE(output.ok(), output.explain());
  }
}

OfferedApi::~OfferedApi() {
  for (const std::string& file : files_) Cluster::get().kubectl({"delete", "-f", file, "--ignore-not-found"});
}

}  // namespace e2e
