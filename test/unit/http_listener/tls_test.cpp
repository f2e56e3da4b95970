#include "controller/http/self_signed.hpp"
#include "controller/http/stream.hpp"
#include "controller/http/tls_certificate.hpp"
#include "test/unit/http/client.hpp"
#include "test/unit/http/tls_client.hpp"
#include "test/unit/http_listener/test_server.hpp"

#include <doctest/doctest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <mutex>
#include <string>
#include <vector>

using namespace toolhive;

using namespace toolhive::http_test;
using http::TlsCertificate;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const std::string kGet = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kLast = "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

http::Options tls_options(const CertificateFiles& files) {
  http::Options options;
  options.tls = TlsCertificate::load(files.certificate(), files.key()).value();
  options.tls_reload = milliseconds(20);
  return options;
}

void write(const std::string& file, const std::string& text) {
  std::ofstream(file, std::ios::trunc) << text;
}

std::string text_of(const std::string& file) {
  std::ifstream from(file);
  return {std::istreambuf_iterator<char>(from), {}};
}

// Asks clients for a certificate, and needs it for all but /free.
http::Options options_for_known_clients(const CertificateFiles& files, const CertificateFiles& clients) {
  http::Options options = tls_options(files);
  options.tls = TlsCertificate::load(files.certificate(), files.key(), {clients.certificate()}).value();
  options.without_certificate = [](const toolhive::http::Request& head) { return head.target == "/free"; };
  return options;
}

std::string answer_to(TlsClient& client, const std::string& target) {
  client.send("GET " + target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  return client.read(SIZE_MAX).substr(0, 12);
}

// A certificate whose files cannot be read again.
class UnreadableCertificate final : public http::Tls {
 public:
  explicit UnreadableCertificate(std::shared_ptr<http::Tls> made) : made_(std::move(made)) {}
  StatusOr<Reload> reload() override {
    ++reloads;
    return Status(Code::Invalid, "cannot be read");
  }
  std::unique_ptr<http::Stream> make_stream(http::ConnectedSocket socket) const override {
    return made_->make_stream(std::move(socket));
  }
  std::atomic<int> reloads{0};

 private:
  const std::shared_ptr<http::Tls> made_;
};

}  // namespace

TEST_CASE("requests are served over TLS 1.2 and 1.3, by the name http/1.1, and nothing older is") {
  const CertificateFiles files("one");
  TestServer server(tls_options(files), echo, "https");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), version);
    REQUIRE(client.connected());
    CHECK(client.protocol() == "http/1.1");
    for (int i = 0; i < 3; ++i) {
      client.send(kGet);
      CHECK(client.read(20).find("HTTP/1.1 200") == 0);
    }
    client.send(kLast);
    CHECK(client.ended_properly());
  }
  CHECK_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected());
}

TEST_CASE("large bodies pass TLS in both directions") {
  const CertificateFiles files("one");
  http::Options options = tls_options(files);
  options.limits.body_bytes = 10'000'000;
  TestServer server(options, echo, "https");
  TlsClient client(server.port());
  const std::string body(3'000'000, 'b');
  client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n" + body);
  const std::string answer = client.read(SIZE_MAX);
  CHECK(answer.find("HTTP/1.1 200") == 0);
  CHECK(answer.size() > body.size());
  CHECK(answer.substr(answer.size() - body.size()) == body);
}

TEST_CASE("a certificate that is replaced on disk serves new connections, and old ones go on") {
  const CertificateFiles files("one");
  std::vector<std::string> notices;
  std::mutex mutex;
  http::Options options = tls_options(files);
  options.notice = [&](std::string_view text) {
    const std::lock_guard lock(mutex);
    notices.emplace_back(text);
  };
  const auto noticed = [&](const std::string& text) {
    return eventually([&] {
      const std::lock_guard lock(mutex);
      return std::any_of(notices.begin(), notices.end(),
                         [&](const std::string& notice) { return notice.find(text) != std::string::npos; });
    });
  };
  TestServer server(options, echo, "https");
  TlsClient before(server.port());
  CHECK(before.peer_name() == "one");

  write(files.key(), "-----BEGIN PRIVATE KEY-----\nnot a key\n-----END PRIVATE KEY-----\n");
  CHECK(noticed("stays in use"));
  CHECK(TlsClient(server.port()).peer_name() == "one");

  files.renew("two");
  CHECK(noticed("was reloaded"));
  CHECK(eventually([&] { return TlsClient(server.port()).peer_name() == "two"; }));
  before.send(kGet);
  CHECK(before.read(20).find("HTTP/1.1 200") == 0);
}

TEST_CASE("a certificate that cannot be read again is told of once, however often it is tried") {
  const CertificateFiles files("one");
  std::atomic<int> notices{0};
  http::Options options = tls_options(files);
  const auto tls = std::make_shared<UnreadableCertificate>(options.tls);
  options.tls = tls;
  options.tls_reload = milliseconds(5);
  options.notice = [&](std::string_view text) {
    CHECK(text == "the previous TLS certificate stays in use: cannot be read");
    ++notices;
  };
  TestServer server(options, echo, "https");
  CHECK(eventually([&] { return tls->reloads >= 5; }));
  CHECK(notices == 1);
}

TEST_CASE("when the certificate in use expires is known, and whether its files hold one that is of no use") {
  const CertificateFiles files("one");
  const auto loaded = TlsCertificate::load(files.certificate(), files.key()).value();
  const auto left = loaded->not_after() - std::chrono::system_clock::now();
  CHECK(left > seconds(3500));
  CHECK(left <= seconds(3600));
  CHECK_FALSE(loaded->stale());
  write(files.certificate(), "nothing of the kind");
  CHECK_FALSE(loaded->reload().ok());
  CHECK(loaded->stale());
  files.renew("two");
  CHECK(loaded->reload().value() == TlsCertificate::Reload::Replaced);
  CHECK_FALSE(loaded->stale());
}

TEST_CASE("TLS 1.2 is spoken with ciphers alone that forget their keys and authenticate what they carry") {
  const CertificateFiles files("one");
  TestServer server(tls_options(files), echo, "https");
  CHECK(TlsClient(server.port(), TLS1_2_VERSION, nullptr, "ECDHE-ECDSA-AES128-GCM-SHA256").connected());
  CHECK_FALSE(TlsClient(server.port(), TLS1_2_VERSION, nullptr, "ECDHE-ECDSA-AES128-SHA256").connected());
}

TEST_CASE("who shows no certificate is served what needs none, and gets 403 for everything else") {
  const CertificateFiles files("one");
  const CertificateFiles known("known");
  TestServer server(options_for_known_clients(files, known), echo, "https");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient nobody(server.port(), version);
    CHECK(answer_to(nobody, "/free") == "HTTP/1.1 200");
    TlsClient nobody_else(server.port(), version);
    CHECK(answer_to(nobody_else, "/a") == "HTTP/1.1 403");
    TlsClient client(server.port(), version, &known);
    CHECK(answer_to(client, "/a") == "HTTP/1.1 200");
  }
}

TEST_CASE("the body of a request that needs a certificate is not waited for where there is none") {
  const CertificateFiles files("one");
  const CertificateFiles known("known");
  TestServer server(options_for_known_clients(files, known), echo, "https");
  TlsClient nobody(server.port());
  nobody.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n");
  CHECK(nobody.read(12).find("HTTP/1.1 403") == 0);
}

TEST_CASE("a certificate of another authority connects nobody") {
  const CertificateFiles files("one");
  const CertificateFiles known("known");
  const CertificateFiles stranger("stranger");
  TestServer server(options_for_known_clients(files, known), echo, "https");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(server.port(), version, &stranger);
    CHECK(answer_to(client, "/free").empty());
  }
}

TEST_CASE("authorities of clients that are exchanged on disk hold for new connections") {
  const CertificateFiles files("one");
  const CertificateFiles known("known");
  const CertificateFiles next("next");
  TestServer server(options_for_known_clients(files, known), echo, "https");
  std::filesystem::copy_file(next.certificate(), known.certificate(),
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(eventually([&] {
    TlsClient client(server.port(), 0, &next);
    return answer_to(client, "/a") == "HTTP/1.1 200";
  }));
}

TEST_CASE("clients of an authority in any of several files are served") {
  const CertificateFiles files("one");
  const CertificateFiles first("first");
  const CertificateFiles second("second");
  http::Options options = options_for_known_clients(files, first);
  options.tls =
      TlsCertificate::load(files.certificate(), files.key(), {first.certificate(), second.certificate()})
          .value();
  TestServer server(std::move(options), echo, "https");
  for (const CertificateFiles* own : {&first, &second}) {
    TlsClient client(server.port(), 0, own);
    CHECK(answer_to(client, "/a") == "HTTP/1.1 200");
  }
  // Neither goes without the other, or somebody would be kept out without a word.
  write(second.certificate(), "nobody\n");
  CHECK_FALSE(
      TlsCertificate::load(files.certificate(), files.key(), {first.certificate(), second.certificate()})
          .ok());
}

TEST_CASE("authorities that come damaged keep those in use, and let nobody in") {
  const CertificateFiles files("one");
  const CertificateFiles known("known");
  const CertificateFiles stranger("stranger");
  http::Options options = options_for_known_clients(files, known);
  const auto tls = TlsCertificate::load(files.certificate(), files.key(), {known.certificate()}).value();
  options.tls = tls;
  TestServer server(std::move(options), echo, "https");
  const std::string good = text_of(known.certificate());
  for (const std::string& damaged :
       {std::string(), std::string("nobody\n"), good + "-----BEGIN CERTIFICATE-----\nAAAA\n",
        std::string(std::size_t{5} << 20, 'a')}) {
    write(known.certificate(), damaged);
    CHECK(eventually([&] { return tls->stale(); }));
    TlsClient client(server.port(), 0, &stranger);
    CHECK(answer_to(client, "/a").empty());
    TlsClient nobody(server.port());
    CHECK(answer_to(nobody, "/a") == "HTTP/1.1 403");
    write(known.certificate(), good);
    CHECK(eventually([&] { return !tls->stale(); }));
  }
}

TEST_CASE("damaged authorities hold up neither another certificate nor those of other files") {
  const CertificateFiles files("one");
  const CertificateFiles other("other");
  const CertificateFiles known("known");
  const CertificateFiles first("first");
  const CertificateFiles second("second");
  const auto tls =
      TlsCertificate::load(files.certificate(), files.key(), {known.certificate(), first.certificate()})
          .value();
  const auto before = tls->context();
  write(known.certificate(), "nobody\n");
  write(first.certificate(), text_of(second.certificate()));
  CHECK_FALSE(tls->reload().ok());
  CHECK(tls->stale());
  CHECK(tls->context() != before);
  const auto exchanged = tls->context();
  CHECK_FALSE(tls->reload().ok());  // told as long as it is so
  CHECK(tls->context() == exchanged);
  write(files.certificate(), text_of(other.certificate()));
  write(files.key(), text_of(other.key()));
  CHECK_FALSE(tls->reload().ok());
  CHECK(tls->context() != exchanged);
}

TEST_CASE("a file of authorities in which there is none is an error that names it") {
  const CertificateFiles files("one");
  const std::string damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  for (const bool after_one : {false, true}) {
    const CertificateFiles known("known");
    std::ofstream(known.certificate(), after_one ? std::ios::app : std::ios::trunc)
        << (after_one ? damaged : "nobody\n");
    const auto loaded = TlsCertificate::load(files.certificate(), files.key(), {known.certificate()});
    CHECK(loaded.status().message() ==
          known.certificate() + " has no usable authorities: " +
              (after_one ? "certificate 2 in it cannot be read" : "it holds no certificate in PEM"));
  }
}

TEST_CASE("more authorities than clients can be told of are refused, in one file and in all together") {
  const CertificateFiles files("one");
  const CertificateFiles known(std::string(60, 'k'));
  std::string many;
  for (int i = 0; i < 256; ++i) many += text_of(known.certificate());
  write(known.certificate(), many);
  CHECK(TlsCertificate::load(files.certificate(), files.key(), {known.certificate()}).ok());
  CHECK(TlsCertificate::load(files.certificate(), files.key(), {known.certificate(), known.certificate()})
            .status()
            .message()
            .find("more than clients are told") != std::string::npos);
  write(known.certificate(), many + text_of(files.certificate()));
  CHECK(TlsCertificate::load(files.certificate(), files.key(), {known.certificate()})
            .status()
            .message()
            .find("more than 256 certificates") != std::string::npos);
}

TEST_CASE("what is wrong with a certificate is said, without the key") {
  const CertificateFiles files("one");
  const CertificateFiles other("other");
  CHECK(TlsCertificate::load("/nowhere/tls.crt", files.key()).status().message().find("/nowhere/tls.crt") !=
        std::string::npos);
  CHECK(TlsCertificate::load(files.certificate(), "/nowhere/tls.key")
            .status()
            .message()
            .find("/nowhere/tls.key") != std::string::npos);
  CHECK(TlsCertificate::load(files.certificate(), other.key()).status().message().find("no usable pair") !=
        std::string::npos);
  CHECK(TlsCertificate::load(files.key(), files.certificate()).status().message().find("no usable pair") !=
        std::string::npos);
  write(files.certificate(), "");
  CHECK(TlsCertificate::load(files.certificate(), files.key()).status().message().find("is empty") !=
        std::string::npos);
  write(files.certificate(), std::string((1 << 20) + 1, '-'));
  CHECK(TlsCertificate::load(files.certificate(), files.key()).status().message().find("is too large") !=
        std::string::npos);
}

TEST_CASE("a certificate that is as it was is not loaded again") {
  const CertificateFiles files("one");
  const auto loaded = TlsCertificate::load(files.certificate(), files.key());
  REQUIRE(loaded.ok());
  const auto before = (*loaded)->context();
  CHECK((*loaded)->reload().value() == TlsCertificate::Reload::Unchanged);
  CHECK((*loaded)->context() == before);
}

TEST_CASE("a self-signed certificate serves while there are no files, and only then") {
  const CertificateFiles files("mounted");
  std::filesystem::remove(files.key());
  CHECK(TlsCertificate::load_or_self_signed(files.certificate(), files.key(), {"made.example"})
            .status()
            .message()
            .find(files.key()) != std::string::npos);
  std::filesystem::remove(files.certificate());
  http::Options options;
  const auto certificate =
      TlsCertificate::load_or_self_signed(files.certificate(), files.key(), {"made.example"}).value();
  options.tls = certificate;
  options.tls_reload = milliseconds(20);
  REQUIRE(certificate != nullptr);
  CHECK(certificate->self_signed());
  TestServer server(options, echo, "https");
  CHECK(TlsClient(server.port()).peer_name() == "made.example");
  files.renew("mounted");
  CHECK(eventually([&] { return TlsClient(server.port()).peer_name() == "mounted"; }));
  CHECK_FALSE(certificate->self_signed());
}

TEST_CASE("a self-signed certificate names its hosts, is for servers alone, and is new each time") {
  const auto read = [](const http::PemPair& pair) {
    BIO* bio = BIO_new_mem_buf(pair.certificate.data(), static_cast<int>(pair.certificate.size()));
    std::shared_ptr<X509> certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), X509_free);
    BIO_free(bio);
    return certificate;
  };
  const auto one = read(http::make_self_signed({"a.example", "b.example"}).value());
  const auto other = read(http::make_self_signed({"a.example", "b.example"}).value());
  REQUIRE(one != nullptr);
  CHECK(X509_check_host(one.get(), "b.example", 0, 0, nullptr) == 1);
  CHECK(X509_check_host(one.get(), "c.example", 0, 0, nullptr) == 0);
  CHECK(X509_check_purpose(one.get(), X509_PURPOSE_SSL_SERVER, 0) == 1);
  CHECK(X509_check_purpose(one.get(), X509_PURPOSE_SSL_CLIENT, 0) == 0);
  CHECK(X509_check_ca(one.get()) == 0);
  CHECK(X509_cmp_current_time(X509_get0_notBefore(one.get())) < 0);
  CHECK(X509_cmp_current_time(X509_get0_notAfter(one.get())) > 0);
  CHECK(ASN1_INTEGER_cmp(X509_get0_serialNumber(one.get()), X509_get0_serialNumber(other.get())) != 0);
  CHECK_FALSE(http::make_self_signed({}).ok());
  // A name that is too long for the common name is still one of the alternatives.
  const std::string longest = std::string(60, 'x') + ".example.example";
  CHECK(X509_check_host(read(http::make_self_signed({longest}).value()).get(), longest.c_str(), 0, 0,
                        nullptr) == 1);
}

TEST_CASE("plain connections to the TLS port leave descriptors flat") {
  const CertificateFiles files("one");
  http::Options options = tls_options(files);
  options.timeouts.handshake = milliseconds(200);
  TestServer server(options, echo, "https");
  TlsClient(server.port()).send(kGet);
  CHECK(eventually([&] { return server.server().stats().connections == 0; }));
  const std::size_t before = open_descriptors();
  {
    std::vector<Client> silent;
    for (int i = 0; i < 50; ++i) silent.emplace_back(server.port());
    for (Client& client : silent) CHECK(client.ended_within(seconds(10)));
  }
  for (int i = 0; i < 50; ++i) Client(server.port()).send(kGet);
  for (int i = 0; i < 50; ++i) Client(server.port()).send("\x16\x03\x01\x02");
  CHECK(eventually([&] { return server.server().stats().connections == 0; }));
  CHECK(eventually([&] { return open_descriptors() <= before; }));
  CHECK(TlsClient(server.port()).connected());
}

TEST_CASE("a TLS client that is slow gets a 408, one that vanishes leaves nothing") {
  const CertificateFiles files("one");
  http::Options options = tls_options(files);
  options.timeouts.header = milliseconds(sanitized() ? 500 : 200);
  TestServer server(options, echo, "https");
  {
    TlsClient slow(server.port());
    slow.send("GET / HT");
    CHECK(slow.read(12).find("HTTP/1.1 408") == 0);
    TlsClient gone(server.port());
    gone.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n");
  }
  CHECK(eventually([&] { return server.server().stats().connections == 0; }));
}

TEST_CASE("a TLS listener drains like a plain one") {
  const CertificateFiles files("one");
  Held held;
  TestServer server(tls_options(files), held.handler(), "https");
  TlsClient busy(server.port());
  busy.send(kGet);
  const web::http::http_request request = held.take();
  auto closing = std::async(std::launch::async, [&] { server.close(); });
  CHECK(eventually([&] { return !Client(server.port()).connected(); }));
  request.reply(200, "done");
  closing.wait();
  const std::string answer = busy.read(SIZE_MAX);
  CHECK(answer.find("Connection: close") != std::string::npos);
  CHECK(answer.find("done") != std::string::npos);
}
