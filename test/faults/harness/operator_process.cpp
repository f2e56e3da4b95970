#include "test/faults/harness/operator_process.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "controller/kube/config/config.hpp"
#include "test/faults/harness/settings.hpp"

using namespace toolhive;

namespace toolhive::faults {
namespace {

// Free a moment ago.
int free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool found = fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!found) throw std::runtime_error("no free port on loopback");
  return ntohs(address.sin_port);
}

}  // namespace

OperatorProcess::OperatorProcess(const std::string& kubeconfig, const std::string& ns,
                                 const std::string& folder)
    : kubeconfig_(kubeconfig), ns_(ns), log_(folder + "/operator.log") {}

OperatorProcess::~OperatorProcess() = default;

void OperatorProcess::start() {
  port_ = free_port();
  kube::Config config;
  config.server = "http://127.0.0.1:" + std::to_string(port_);
  auto health = kube::make_transport(config);
  if (!health.ok()) throw std::runtime_error(health.status().to_string());
  health_ = *std::move(health);
  process_ = std::make_unique<e2e::Background>(
      e2e::Command{{"bash", "-c", R"(log=$1; shift; exec "$@" >>"$log" 2>&1)", "operator", log_,
                    program_path("toolhive-operator"), "--kubeconfig", kubeconfig_, "--namespaces", ns_,
                    "--registry-image", kImage, "--health-address", "127.0.0.1:" + std::to_string(port_),
                    "--log-level", "debug"}});
}

void OperatorProcess::kill() {
  process_.reset();
}

bool OperatorProcess::running() {
  return process_ && process_->running();
}

std::string OperatorProcess::unready() const {
  kube::HttpRequest request;
  request.method = "GET";
  request.target = "/readyz";
  const auto answer = health_->send(Context{}.with_timeout(std::chrono::seconds(5)), request);
  if (!answer.ok()) return answer.status().to_string();
  return answer->status == 200 ? "" : answer->body;
}

ProcessUsage OperatorProcess::usage() const {
  return process_usage(process_->pid());
}

}  // namespace toolhive::faults
