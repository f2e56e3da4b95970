#include "test/e2e/harness/node_issuer.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "test/e2e/harness/cluster.hpp"
#include "test/e2e/harness/wait.hpp"

namespace e2e {

namespace fs = std::filesystem;

namespace {

std::string issuer_program() {
  const Output built =
      run({.argv = {source_path("test/lib/build_go.sh"), source_path("test/integration/issuer"), "issuer"},
           .timeout = Seconds(600)});
  if (!built.ok()) throw std::runtime_error(built.explain());
  return built.out.substr(0, built.out.find('\n'));
}

}  // namespace

NodeIssuer::NodeIssuer(int port)
    : port_(port),
      folder_(fs::temp_directory_path() /
              ("e2e-issuer-" + std::to_string(::getpid()) + "-" + std::to_string(port))) {
  fs::create_directories(folder_);
  const Output made =
      run({{"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=issuer", "-addext", std::string("subjectAltName=IP:") + kNodeAddress,
            "-keyout", folder_ + "/tls.key", "-out", folder_ + "/tls.crt"}});
  if (!made.ok()) throw std::runtime_error(made.explain());
  start();
}

NodeIssuer::~NodeIssuer() {
  process_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string NodeIssuer::url() const {
  return std::string("https://") + kNodeAddress + ":" + std::to_string(port_);
}

std::string NodeIssuer::authority() const {
  std::ifstream in(folder_ + "/tls.crt");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string NodeIssuer::token(const std::string& client, const std::string& scope) const {
  const Answer answer = Cluster::get().http(
      "POST", url() + "/oauth/token", nullptr,
      {"--cacert", folder_ + "/tls.crt", "--data",
       "grant_type=client_credentials&client_id=" + client + "&client_secret=secret&scope=" + scope});
  if (!answer.ok()) throw std::runtime_error(answer.explain());
  return answer.json().at("access_token");
}

void NodeIssuer::rotate(const std::string& algorithm) const {
  const Answer answer = Cluster::get().http("POST", url() + "/rotate/" + algorithm, nullptr,
                                            {"--cacert", folder_ + "/tls.crt"});
  if (!answer.ok()) throw std::runtime_error(answer.explain());
}

void NodeIssuer::stop() {
  process_.reset();
}

void NodeIssuer::start() {
  process_ = std::make_unique<Background>(Cluster::get().inside(
      {issuer_program(), "-issuer", url(), "-listen", std::string(kNodeAddress) + ":" + std::to_string(port_),
       "-cert", folder_ + "/tls.crt", "-key", folder_ + "/tls.key"}));
  wait_until(
      "the issuer answers",
      [&]() -> std::string {
        const Answer keys =
            Cluster::get().http("GET", url() + "/keys", nullptr, {"--cacert", folder_ + "/tls.crt"});
        return keys.ok() ? "" : keys.explain();
      },
      Seconds(30));
}

}  // namespace e2e
