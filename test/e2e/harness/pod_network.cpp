#include "test/e2e/harness/pod_network.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace e2e {

namespace {

constexpr int kTimedOut = 28;  // a code of curl's

// The number of a process in the cluster's PID namespace, which is right below our own.
std::string inner_id(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("NSpid:")) continue;
    std::istringstream ids(line.substr(6));
    std::string ours, inner;
    ids >> ours >> inner;
    return inner;
  }
  return {};
}

}  // namespace

PodNetwork::PodNetwork(const Json& pod) {
  for (const pid_t process : Cluster::get().processes(pod)) {
    const std::string id = inner_id(process);
    if (id.empty()) continue;  // it has ended
    namespace_file_ = "/proc/" + id + "/ns/net";
    return;
  }
  throw std::runtime_error("no process is running of the pod " +
                           pod.at("metadata").at("name").get<std::string>());
}

PodNetwork::Outcome PodNetwork::connect(const std::string& url) const {
  const Output output = run(Cluster::get().inside(
      {"nsenter", "--net=" + namespace_file_, "curl", "--silent", "--show-error", "--insecure", "--output",
       "/dev/null", "--connect-timeout", "2", "--max-time", "5", "--write-out", "%{time_connect}", url}));
  if (std::strtod(output.out.c_str(), nullptr) > 0) return Outcome::Open;
  const bool named = output.err.find("Resolving timed out") == std::string::npos;
  return output.code == kTimedOut && named ? Outcome::Dropped : Outcome::Failed;
}

}  // namespace e2e
