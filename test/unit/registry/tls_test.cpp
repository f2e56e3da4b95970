// The registry behind TLS, as its settings have it.
#include <doctest/doctest.h>

#include <ctime>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "controller/http/listener/process.hpp"
#include "controller/http/self_signed.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/server.hpp"
#include "registry/upstream/page_source.hpp"
#include "store_fixture.hpp"
#include "test/unit/http/client.hpp"
#include "test/unit/http/tls_client.hpp"

namespace {

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using toolhive::http_test::CertificateFiles;
using toolhive::http_test::TlsClient;

// The registry on a free port, over an empty store.
class ServedByTls {
 public:
  explicit ServedByTls(const CertificateFiles& files, std::vector<std::string> client_authorities = {}) {
    store_ = open_store(files_);
    api_.start(*store_);
    ServerConfig config;
    config.address = "127.0.0.1";
    config.port = 0;
    config.tls_certificate = files.certificate();
    config.tls_key = files.key();
    config.tls_client_authorities = std::move(client_authorities);
    auto opened = HttpServer::open(config, api_);
    REQUIRE(opened.ok());
    server_ = std::move(*opened);
  }

  std::string get(const std::string& target, const CertificateFiles* own = nullptr) const {
    return ask("GET " + target, own);
  }
  std::string ask(const std::string& line, const CertificateFiles* own = nullptr) const {
    TlsClient client(server_->port(), 0, own);
    client.send(line + " HTTP/1.1\r\nHost: registry\r\nConnection: close\r\n\r\n");
    return client.read(SIZE_MAX);
  }
  std::uint16_t port() const { return server_->port(); }

 private:
  FaultFileSystem files_;
  Metrics metrics_{counted_routes()};
  std::unique_ptr<FileStore> store_;
  Api api_{(toolhive::http::init_process(1), ToolPolicy()), metrics_};
  std::unique_ptr<HttpServer> server_;
};

bool is_ok(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 200");
}

}  // namespace

TEST_CASE("a registry with a certificate serves TLS, and no plain HTTP beside it") {
  const CertificateFiles files("registry");
  const ServedByTls served(files);
  CHECK(is_ok(served.get("/api/v1/tools")));
  toolhive::http_test::Client plain(served.port());
  plain.send("GET /api/v1/tools HTTP/1.1\r\nHost: registry\r\n\r\n");
  CHECK(plain.read_to_end().find("HTTP/1.1") == std::string::npos);
}

TEST_CASE("the metrics tell when the registry's certificate expires") {
  const CertificateFiles files("registry");
  const std::string metrics = ServedByTls(files).get("/metrics");
  const std::string name = "\nmcp_registry_tls_certificate_not_after_timestamp_seconds ";
  const std::size_t at = metrics.find(name);
  REQUIRE(at != std::string::npos);
  const long end = std::stol(metrics.substr(at + name.size()));
  CHECK(end > std::time(nullptr) + 3500);
  CHECK(end <= std::time(nullptr) + 3600);
  CHECK(metrics.find("\nmcp_registry_tls_certificate_stale 0\n") != std::string::npos);
}

TEST_CASE(
    "a registry that asks for certificates of its clients answers probes without one, and nothing else") {
  const CertificateFiles files("registry");
  const CertificateFiles known("known");
  const ServedByTls served(files, {known.certificate()});
  CHECK(is_ok(served.get("/health")));
  CHECK(is_ok(served.get("/ready")));
  for (const char* line : {"GET /api/v1/tools", "GET /metrics", "GET /", "POST /health", "GET /health?a",
                           "GET /%68ealth", "DELETE /api/v1/tools/a"}) {
    const std::string refused = served.ask(line);
    CAPTURE(line);
    CHECK(refused.starts_with("HTTP/1.1 403"));
    CHECK(refused.find("application/problem+json") != std::string::npos);
  }
  CHECK(is_ok(served.get("/api/v1/tools", &known)));
}

TEST_CASE("a registry with several files of authorities serves clients of each") {
  const CertificateFiles files("registry");
  const CertificateFiles users("users");
  const CertificateFiles operators("operator");
  const CertificateFiles stranger("stranger");
  const ServedByTls served(files, {users.certificate(), operators.certificate()});
  CHECK(is_ok(served.get("/api/v1/tools", &users)));
  CHECK(is_ok(served.get("/api/v1/tools", &operators)));
  CHECK(served.get("/api/v1/tools", &stranger).empty());
}

TEST_CASE("a registry that follows one that asks for certificates says that this may be why") {
  const CertificateFiles files("registry");
  const CertificateFiles known("known");
  const auto pair = toolhive::http::make_self_signed({"localhost"});
  REQUIRE(pair.ok());
  std::ofstream(files.certificate()) << pair->certificate;
  std::ofstream(files.key()) << pair->key;
  const ServedByTls served(files, {known.certificate()});
  upstream::UpstreamSettings settings;
  settings.name = "other";
  settings.url = "https://localhost:" + std::to_string(served.port());
  settings.ca_file = files.certificate();
  settings.addresses = {"127.0.0.1"};
  auto source = upstream::HttpPageSource::open(settings);
  REQUIRE(source.ok());
  const auto refused = (*source)->read({}, {});
  REQUIRE_FALSE(refused.ok());
  CHECK_MESSAGE(refused.error().detail.find("answered 403") != std::string::npos, refused.error().detail);
  CHECK(refused.error().detail.find("or asks for a certificate") != std::string::npos);
}
