#include "test/e2e/harness/node_s3.hpp"

#include <stdexcept>

#include "test/e2e/harness/cluster.hpp"
#include "test/e2e/harness/wait.hpp"

namespace e2e {

namespace {

constexpr const char* kPort = "9000";

std::string program() {
  const Output built = run({{source_path("test/lib/build_go.sh"), source_path("test/stores/s3"), "s3"}});
  if (!built.ok()) throw std::runtime_error(built.explain());
  return built.out.substr(0, built.out.find('\n'));
}

}  // namespace

NodeS3::NodeS3()
    : process_(std::make_unique<Background>(
          Cluster::get().inside({"env", std::string("S3_ADDRESS=") + kNodeAddress, program(), kPort,
                                 kAccessKeyId, kSecretAccessKey}))) {
  wait_until(
      "the S3 server answers",
      [&]() -> std::string {
        // Any answer will do: it refuses who does not sign.
        const Output asked = run(Cluster::get().inside({"curl", "-s", "-o", "/dev/null", endpoint()}));
        return asked.ok() ? "" : asked.explain();
      },
      Seconds(30));
}

std::string NodeS3::endpoint() const {
  return std::string("http://") + kNodeAddress + ":" + kPort;
}

}  // namespace e2e
