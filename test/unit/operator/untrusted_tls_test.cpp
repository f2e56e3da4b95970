// The operator's client before registries with TLS.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "controller/http/server.hpp"
#include "controller/http/tls_certificate.hpp"
#include "controller/operator/certificate/issue.hpp"
#include "controller/operator/registry_access.hpp"
#include "controller/operator/trusted_authorities.hpp"
#include "controller/operator/untrusted_transport.hpp"
#include "controller/testing/simulated_clock.hpp"

namespace {

using namespace toolhive;
using namespace std::chrono_literals;
using Verdict = CertificateSight::Verdict;

IssuedCertificate authority_of_tests(const std::string& name) {
  const WallTime now = std::chrono::system_clock::now();
  return make_authority(name, {now - 1h, now + 100h}).value();
}

class CountingHandler final : public http::Handler {
 public:
  void handle(http::Request request, http::Responder responder) override {
    ++requests;
    const std::string* const sent = request.headers.find("Authorization");
    authorization = sent ? *sent : "";
    http::Reply reply;
    reply.content_type = "application/json";
    reply.body = std::make_shared<const std::string>("{}");
    responder.reply(std::move(reply));
  }
  std::atomic<int> requests{0};
  std::string authorization;
};

// Serves TLS on a loopback port with a certificate of `authority`.
class TlsRegistry {
 public:
  TlsRegistry(const IssuedCertificate& authority, const std::string& host, const Validity& validity) {
    std::string name = (std::filesystem::temp_directory_path() / "tls-registry-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    const IssuedCertificate serving = issue_certificate(authority, {host}, validity).value();
    std::ofstream(folder_ / "tls.crt") << serving.certificate;
    std::ofstream(folder_ / "tls.key") << serving.key;
    http::Options options;
    options.tls = http::TlsCertificate::load(folder_ / "tls.crt", folder_ / "tls.key").value();
    server_ = std::make_unique<http::Server>(std::move(options));
    port = server_->open({.host = "localhost", .tls = true}, "/", handler).value();
  }
  ~TlsRegistry() {
    server_->stop();
    std::filesystem::remove_all(folder_);
  }
  TlsRegistry(const TlsRegistry&) = delete;
  TlsRegistry& operator=(const TlsRegistry&) = delete;

  CountingHandler handler;
  int port = 0;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<http::Server> server_;
};

struct SeenAnswer {
  StatusOr<kube::HttpResponse> reply;
  std::optional<CertificateSight> sight;
};

SeenAnswer ask_securely(int port, const std::string& authorities) {
  const auto seen = std::make_shared<SeenCertificate>();
  UntrustedTransport transport(
      "localhost", port, [](const Context&) { return StatusOr<std::string>("a.b.c"); },
      UntrustedTransport::Tls{[&](const Context&) { return StatusOr<std::string>(authorities); }, seen});
  kube::HttpRequest request{.method = "GET", .target = "/api/v1/status"};
  request.max_reply = 1U << 20;
  auto reply = transport.send(Context{}.with_timeout(10s), request);
  return {std::move(reply), seen->last()};
}

Validity valid_now() {
  const WallTime now = std::chrono::system_clock::now();
  return {now - 1h, now + 10h};
}

}  // namespace

TEST_SUITE_BEGIN("registries with TLS");

TEST_CASE("a registry with a certificate of the authority for its name is asked, with the token") {
  const IssuedCertificate authority = authority_of_tests("authority");
  TlsRegistry registry(authority, "localhost", valid_now());
  const SeenAnswer answer =
      ask_securely(registry.port, authority_of_tests("other").certificate + authority.certificate);
  REQUIRE_MESSAGE(answer.reply.ok(), answer.reply.status());
  CHECK(answer.reply->status == 200);
  CHECK(answer.reply->body == "{}");
  CHECK(registry.handler.authorization == "Bearer a.b.c");
  REQUIRE(answer.sight);
  CHECK(answer.sight->verdict == Verdict::Trusted);
  CHECK(answer.sight->not_after > std::chrono::system_clock::now() + 9h);
}

TEST_CASE("a registry whose certificate is not trusted is sent nothing, and it is known why") {
  const IssuedCertificate authority = authority_of_tests("authority");
  const WallTime now = std::chrono::system_clock::now();
  struct Case {
    const char* host;
    Validity validity;
    std::string authorities;
    Verdict verdict;
  };
  const Case cases[] = {
      {"localhost", valid_now(), authority_of_tests("authority").certificate, Verdict::Untrusted},
      {"elsewhere", valid_now(), authority.certificate, Verdict::WrongName},
      {"localhost", {now - 2h, now - 1h}, authority.certificate, Verdict::Expired},
  };
  for (const Case& one : cases) {
    CAPTURE(one.host);
    TlsRegistry registry(authority, one.host, one.validity);
    const SeenAnswer answer = ask_securely(registry.port, one.authorities);
    CHECK(answer.reply.status().code() == Code::Unavailable);
    CHECK(answer.reply.status().message().find("its certificate is not trusted") != std::string::npos);
    CHECK(registry.handler.requests == 0);
    REQUIRE(answer.sight);
    CHECK(answer.sight->verdict == one.verdict);
    CHECK_FALSE(answer.sight->detail.empty());
  }
}

TEST_CASE("authorities that are none end a call before anybody is asked") {
  TlsRegistry registry(authority_of_tests("authority"), "localhost", valid_now());
  const SeenAnswer answer = ask_securely(registry.port, "nobody");
  CHECK(answer.reply.status().message().find("no certificates in PEM") != std::string::npos);
  CHECK_FALSE(answer.sight);
}

TEST_CASE("authorities are read anew after a while, and at once while the certificate is not trusted") {
  testing::SimulatedClock clock;
  const Context ctx{{}, TimePoint::max(), clock, {}};
  const auto seen = std::make_shared<SeenCertificate>();
  int reads = 0;
  StatusOr<std::string> found = std::string("PEM");
  TrustedAuthorities authorities(
      [&](const Context&) {
        ++reads;
        return found;
      },
      seen);
  CHECK(*authorities.get(ctx) == "PEM");
  CHECK(*authorities.get(ctx) == "PEM");
  CHECK(reads == 2);  // no handshake has come so far
  seen->note({Verdict::Trusted, {}, {}});
  CHECK(*authorities.get(ctx) == "PEM");
  CHECK(reads == 2);
  clock.advance(15s);
  CHECK(*authorities.get(ctx) == "PEM");
  CHECK(reads == 3);
  // An API server that is away takes nobody's trust, a ConfigMap that is gone does.
  seen->note({Verdict::Untrusted, {}, {}});
  found = Status(Code::Unavailable, "away");
  CHECK(*authorities.get(ctx) == "PEM");
  found = Status(Code::NotFound, "gone");
  CHECK(authorities.get(ctx).status().code() == Code::NotFound);
}

TEST_SUITE_END();
