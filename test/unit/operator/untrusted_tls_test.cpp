// The operator's client before registries with TLS.
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/http/server.hpp"
#include "controller/http/tls_certificate.hpp"
#include "controller/operator/certificate/issue.hpp"
#include "controller/operator/identity/signing_key.hpp"
#include "controller/operator/registry_access.hpp"
#include "controller/operator/trusted_authorities.hpp"
#include "controller/operator/untrusted_transport.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/kube/fake_server.hpp"

namespace {

using namespace toolhive;
using namespace std::chrono_literals;
using Verdict = CertificateSight::Verdict;

IssuedCertificate authority_of_tests(const std::string& name) {
  const WallTime now = std::chrono::system_clock::now();
  return make_authority(name, {now - 1h, now + 100h}).value();
}

// As the operator makes it of a key of its own.
ClientCertificate own_certificate_of_tests() {
  const std::string key = SigningKey::make().value().pem().value();
  const WallTime now = std::chrono::system_clock::now();
  return {self_sign_client(key, "toolhive-operator", {now - 1h, now + 10h}).value(), key};
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
  // With `clients`, PEM, it serves nobody who does not show a certificate of these.
  TlsRegistry(const IssuedCertificate& authority, const std::string& host, const Validity& validity,
              const std::string& clients = "") {
    std::string name = (std::filesystem::temp_directory_path() / "tls-registry-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    const IssuedCertificate serving = issue_certificate(authority, {host}, validity).value();
    std::ofstream(folder_ / "tls.crt") << serving.certificate;
    std::ofstream(folder_ / "tls.key") << serving.key;
    http::Options options;
    std::vector<std::string> trusted;
    if (!clients.empty()) {
      trusted = {folder_ / "clients.crt"};
      std::ofstream(folder_ / "clients.crt") << clients;
      options.without_certificate = [](const http::Request&) { return false; };
    }
    options.tls = http::TlsCertificate::load(folder_ / "tls.crt", folder_ / "tls.key", trusted).value();
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

using ShowOwn = std::function<StatusOr<ClientCertificate>(const Context&)>;

SeenAnswer ask_securely(int port, const std::string& authorities, ShowOwn own = {}) {
  const auto seen = std::make_shared<SeenCertificate>();
  UntrustedTransport transport(
      "localhost", port, [](const Context&) { return StatusOr<std::string>("a.b.c"); },
      UntrustedTransport::Tls{[&](const Context&) { return StatusOr<std::string>(authorities); }, seen,
                              std::move(own)});
  kube::HttpRequest request{.method = "GET", .target = "/api/v1/status"};
  request.max_reply = 1U << 20;
  auto reply = transport.send(Context{}.with_timeout(10s), request);
  return {std::move(reply), seen->last()};
}

// Asks one registry again and again, and tells whether a call shook hands.
class SecureAsker {
 public:
  SecureAsker(int port, std::string trusted)
      : authorities(std::move(trusted)),
        transport_("localhost", port, {},
                   UntrustedTransport::Tls{
                       [this](const Context&) { return StatusOr<std::string>(authorities); }, seen_}) {}

  StatusOr<kube::HttpResponse> ask() {
    seen_->note({Verdict::Untrusted, {}, "nobody was met"});
    kube::HttpRequest request{.method = "GET", .target = "/api/v1/status"};
    request.max_reply = 1U << 20;
    return transport_.send(Context{{}, TimePoint::max(), clock, {}}, request);
  }
  bool shook_hands() const { return seen_->is_trusted(); }

  testing::SimulatedClock clock{std::chrono::system_clock::now()};
  std::string authorities;

 private:
  const std::shared_ptr<SeenCertificate> seen_ = std::make_shared<SeenCertificate>();
  UntrustedTransport transport_;
};

// Sends an answer and one more behind it, each encrypted by itself, in one segment.
void answer_twice_securely(test::Connection& connection, const IssuedCertificate& serving) {
  const auto read = [](const std::string& pem) { return BIO_new_mem_buf(pem.data(), int(pem.size())); };
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()),
                                                                  SSL_CTX_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> certificate(read(serving.certificate), BIO_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> key(read(serving.key), BIO_free);
  X509* const shown = PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr);
  EVP_PKEY* const owned = PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr);
  SSL_CTX_use_certificate(context.get(), shown);
  SSL_CTX_use_PrivateKey(context.get(), owned);
  X509_free(shown);
  EVP_PKEY_free(owned);
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
  SSL_set_fd(tls.get(), connection.fd());
  std::array<char, 4096> request{};
  if (SSL_accept(tls.get()) != 1 || SSL_read(tls.get(), request.data(), int(request.size())) <= 0) return;
  const auto cork = [&](int on) { setsockopt(connection.fd(), IPPROTO_TCP, TCP_CORK, &on, sizeof on); };
  cork(1);
  for (const std::string body : {"{}", "{\"evil\":1}"}) {
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    SSL_write(tls.get(), answer.data(), int(answer.size()));
  }
  cork(0);
  connection.wait_closed();
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

TEST_CASE("a registry that asks for a certificate is shown the operator's, and no other registry is") {
  const IssuedCertificate authority = authority_of_tests("authority");
  const ClientCertificate own = own_certificate_of_tests();
  int shown = 0;
  const ShowOwn show = [&](const Context&) {
    ++shown;
    return StatusOr<ClientCertificate>(own);
  };
  TlsRegistry asking(authority, "localhost", valid_now(), own.certificate);
  const SeenAnswer answer = ask_securely(asking.port, authority.certificate, show);
  REQUIRE_MESSAGE(answer.reply.ok(), answer.reply.status());
  CHECK(answer.reply->status == 200);
  CHECK(shown == 1);
  CHECK(ask_securely(asking.port, authority.certificate).reply->status == 403);
  TlsRegistry open(authority, "localhost", valid_now());
  CHECK(ask_securely(open.port, authority.certificate, show).reply->status == 200);
  CHECK(shown == 1);
  // Whoever is not the registry is not told who asks.
  CHECK_FALSE(ask_securely(asking.port, authority_of_tests("other").certificate, show).reply.ok());
  CHECK(shown == 1);
}

TEST_CASE("a registry that does not know the operator's certificate yet is said not to accept it") {
  const IssuedCertificate authority = authority_of_tests("authority");
  TlsRegistry registry(authority, "localhost", valid_now(), own_certificate_of_tests().certificate);
  const SeenAnswer answer = ask_securely(registry.port, authority.certificate, [](const Context&) {
    return StatusOr<ClientCertificate>(own_certificate_of_tests());
  });
  CHECK(answer.reply.status().code() == Code::Unavailable);
  CHECK(answer.reply.status().message().find("it does not accept the operator's certificate so far") !=
        std::string::npos);
  CHECK(registry.handler.requests == 0);
  // Its own is as good as before.
  REQUIRE(answer.sight);
  CHECK(answer.sight->verdict == Verdict::Trusted);
}

TEST_CASE("why the operator has no certificate to show ends the call, and nothing is sent") {
  const IssuedCertificate authority = authority_of_tests("authority");
  TlsRegistry registry(authority, "localhost", valid_now(), own_certificate_of_tests().certificate);
  const SeenAnswer answer = ask_securely(registry.port, authority.certificate, [](const Context&) {
    return StatusOr<ClientCertificate>(Status(Code::NotFound, "the Secret x is not there"));
  });
  CHECK(answer.reply.status().message().find("it asks for a certificate: the Secret x is not there") !=
        std::string::npos);
  CHECK(registry.handler.requests == 0);
  // It is no word of the registry's, by which a tool would be taken for withdrawn.
  CHECK(answer.reply.status().code() == Code::Unavailable);
  ClientCertificate broken = own_certificate_of_tests();
  broken.key = own_certificate_of_tests().key;
  const SeenAnswer unfit = ask_securely(registry.port, authority.certificate,
                                        [&](const Context&) { return StatusOr<ClientCertificate>(broken); });
  CHECK(unfit.reply.status().message().find("the operator's certificate cannot be used") !=
        std::string::npos);
  CHECK(unfit.reply.status().message().find("PRIVATE") == std::string::npos);
}

TEST_CASE("authorities that are none end a call before anybody is asked") {
  TlsRegistry registry(authority_of_tests("authority"), "localhost", valid_now());
  const SeenAnswer answer = ask_securely(registry.port, "nobody");
  CHECK(answer.reply.status().message().find("no certificates in PEM") != std::string::npos);
  CHECK_FALSE(answer.sight);
}

TEST_CASE("a kept connection spares a handshake, and serves only those whom it was made to trust") {
  const IssuedCertificate authority = authority_of_tests("authority");
  const IssuedCertificate next = authority_of_tests("next");
  TlsRegistry registry(authority, "localhost", valid_now());
  SecureAsker asker(registry.port, authority.certificate);
  CHECK(asker.ask().ok());
  CHECK(asker.shook_hands());
  CHECK(asker.ask().ok());
  CHECK_FALSE(asker.shook_hands());
  asker.authorities = authority.certificate + next.certificate;
  CHECK(asker.ask().ok());
  CHECK(asker.shook_hands());
  asker.authorities = next.certificate;
  CHECK_FALSE(asker.ask().ok());
  asker.authorities = authority.certificate + next.certificate;
  CHECK(asker.ask().ok());
  CHECK(asker.shook_hands());
  CHECK(registry.handler.requests == 4);
}

TEST_CASE("a kept connection does not outlive the certificate that it was made with") {
  const IssuedCertificate authority = authority_of_tests("authority");
  TlsRegistry registry(authority, "localhost", valid_now());
  SecureAsker asker(registry.port, authority.certificate);
  CHECK(asker.ask().ok());
  asker.clock.set_wall(std::chrono::system_clock::now() + 11h);
  CHECK(asker.ask().ok());
  CHECK(asker.shook_hands());
}

TEST_CASE("what a registry with TLS sends behind an answer is nobody's answer") {
  const IssuedCertificate authority = authority_of_tests("authority");
  const IssuedCertificate serving = issue_certificate(authority, {"localhost"}, valid_now()).value();
  test::FakeServer server([&](test::Connection& connection) { answer_twice_securely(connection, serving); });
  SecureAsker asker(server.port(), authority.certificate);
  for (int call = 0; call < 3; ++call) {
    const auto answer = asker.ask();
    REQUIRE_MESSAGE(answer.ok(), answer.status());
    CHECK(answer->body == "{}");
    CHECK(asker.shook_hands());
  }
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
