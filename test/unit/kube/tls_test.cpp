#include <doctest/doctest.h>
#include <openssl/ssl.h>

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>

#include "controller/kube/transport/transport.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/kube/certificate_maker.hpp"
#include "test/unit/kube/fake_server.hpp"
#include "test/unit/kube/temporary_folder.hpp"

using namespace toolhive;

using test::Authority;
using test::Connection;
using test::FakeServer;
using test::Pem;

namespace {

// Answers each request over TLS with the subject of the client's certificate, or "nobody".
FakeServer::Handler tls_handler(const test::TemporaryFolder& folder, const Pem& pem) {
  // OpenSSL writes to sockets as to files.
  std::signal(SIGPIPE, SIG_IGN);
  const std::string certificate = folder.write("server.crt", pem.certificate);
  const std::string key = folder.write("server.key", pem.key);
  return [certificate, key](Connection& connection) {
    const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    SSL_CTX_use_certificate_file(context.get(), certificate.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    const std::shared_ptr<SSL> ssl(SSL_new(context.get()), SSL_free);
    SSL_set_fd(ssl.get(), connection.fd());
    if (SSL_accept(ssl.get()) != 1) return;
    std::string subject = "nobody";
    if (const std::shared_ptr<X509> peer{SSL_get1_peer_certificate(ssl.get()), X509_free}; peer != nullptr) {
      char text[256];
      subject = X509_NAME_oneline(X509_get_subject_name(peer.get()), text, sizeof text);
    }
    if (const char* name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name))
      subject.append(" at ").append(name);
    std::string request;
    char buffer[4096];
    for (int count = 1; count > 0;) {
      count = SSL_read(ssl.get(), buffer, sizeof buffer);
      if (count > 0) request.append(buffer, static_cast<std::size_t>(count));
      if (!request.ends_with("\r\n\r\n")) continue;
      request.clear();
      std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: ";
      reply.append(std::to_string(subject.size())).append("\r\n\r\n").append(subject);
      SSL_write(ssl.get(), reply.data(), static_cast<int>(reply.size()));
    }
  };
}

kube::Config config_for(const FakeServer& server, const Authority& authority) {
  kube::Config config;
  config.server = "https://127.0.0.1:" + std::to_string(server.port());
  config.origin = "a test";
  config.certificate_authority.data = authority.certificate();
  return config;
}

StatusOr<kube::HttpResponse> get(kube::Transport& transport, const Context& context) {
  return transport.send(context, {.method = "GET", .target = "/"});
}

StatusOr<kube::HttpResponse> get(kube::Transport& transport) {
  return get(transport, Context{}.with_timeout(std::chrono::seconds(10)));
}

Status failure(const kube::Config& config) {
  StatusOr<std::unique_ptr<kube::Transport>> transport = kube::make_transport(config);
  REQUIRE_MESSAGE(transport.ok(), transport.status());
  const Status status = get(**transport).status();
  CHECK(status.code() == Code::Unavailable);
  CHECK(status.not_sent());
  return status;
}

bool says(const Status& status, const char* text) {
  CAPTURE(status);
  const bool found = status.message().find(text) != std::string::npos;
  CHECK_MESSAGE(found, "expected: ", text);
  return found;
}

}  // namespace

TEST_CASE("a server whose certificate the authority signed is trusted, by address or by name") {
  const Authority authority("ours");
  const test::TemporaryFolder folder;
  FakeServer server(tls_handler(folder, authority.issue("server", "DNS:api.test,IP:127.0.0.1")));
  kube::Config config = config_for(server, authority);
  CHECK(get(**kube::make_transport(config))->body.starts_with("nobody"));
  config.tls_server_name = "api.test";
  CHECK(get(**kube::make_transport(config))->body == "nobody at api.test");
}

TEST_CASE("a connection to a server whose authority is given does not read the system's authorities") {
  const Authority authority("ours");
  const test::TemporaryFolder folder;
  const std::string bundle = folder.write("system.crt", Authority("system's").certificate());
  setenv("SSL_CERT_FILE", bundle.c_str(), 1);
  const auto reads = [&bundle](const std::function<void()>& work) {
    const int watch = inotify_init1(IN_NONBLOCK);
    inotify_add_watch(watch, bundle.c_str(), IN_OPEN);
    work();
    char event[sizeof(inotify_event) + 1];
    const bool opened = read(watch, event, sizeof event) > 0;
    close(watch);
    return opened;
  };

  FakeServer server(tls_handler(folder, authority.issue("server", "IP:127.0.0.1")));
  CHECK_FALSE(reads([&] { CHECK(get(**kube::make_transport(config_for(server, authority))).ok()); }));
  // Others in the process are not concerned.
  CHECK(reads([] {
    const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    CHECK(SSL_CTX_set_default_verify_paths(context.get()) == 1);
  }));
  unsetenv("SSL_CERT_FILE");
}

TEST_CASE("an expired certificate is refused with its date") {
  const Authority authority("ours");
  const test::TemporaryFolder folder;
  FakeServer server(tls_handler(folder, authority.issue("server", "IP:127.0.0.1", std::chrono::hours(-1))));
  says(failure(config_for(server, authority)), "its certificate expired on ");
}

TEST_CASE("a certificate of an unknown authority is refused with the authority's name") {
  const Authority authority("ours");
  const Authority other("theirs");
  const test::TemporaryFolder folder;
  FakeServer server(tls_handler(folder, other.issue("server", "IP:127.0.0.1")));
  says(failure(config_for(server, authority)), "signed by an unknown authority (/CN=theirs)");
}

TEST_CASE("a certificate for another host is refused with the names it is for") {
  const Authority authority("ours");
  const test::TemporaryFolder folder;
  FakeServer server(tls_handler(folder, authority.issue("server", "DNS:api.test,IP:10.0.0.1")));
  says(failure(config_for(server, authority)), "is for api.test, 10.0.0.1, not for 127.0.0.1");
  kube::Config config = config_for(server, authority);
  config.tls_server_name = "other.test";
  says(failure(config), "not for other.test");
}

TEST_CASE("a subject without alternative names is not a host name") {
  const Authority authority("ours");
  const test::TemporaryFolder folder;
  FakeServer server(tls_handler(folder, authority.issue("127.0.0.1", "")));
  says(failure(config_for(server, authority)), "not for 127.0.0.1");
}

TEST_CASE("verification is skipped only when asked for") {
  const Authority other("theirs");
  const test::TemporaryFolder folder;
  FakeServer server(tls_handler(folder, other.issue("server", "DNS:api.test", std::chrono::hours(-1))));
  kube::Config config = config_for(server, other);
  config.certificate_authority = {};
  config.insecure_skip_tls_verify = true;
  CHECK(get(**kube::make_transport(config)).ok());
}

TEST_CASE("without an authority in the configuration only the system's are trusted") {
  const Authority other("theirs");
  const test::TemporaryFolder folder;
  FakeServer server(tls_handler(folder, other.issue("server", "IP:127.0.0.1")));
  kube::Config config = config_for(server, other);
  config.certificate_authority = {};
  says(failure(config), "signed by an unknown authority");
}

namespace {

// Passes on what either side says, until one of them ends.
void pump(int a, int b) {
  for (pollfd ends[2] = {{a, POLLIN, 0}, {b, POLLIN, 0}}; poll(ends, 2, -1) > 0;) {
    for (int i = 0; i < 2; ++i) {
      if (ends[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t count = recv(ends[i].fd, buffer, sizeof buffer, 0);
      if (count <= 0 || send(ends[1 - i].fd, buffer, static_cast<std::size_t>(count), MSG_NOSIGNAL) != count)
        return;
    }
  }
}

int connect_to(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

}  // namespace

TEST_CASE("a server behind a proxy is reached by CONNECT, and its certificate is checked all the same") {
  const Authority authority("ours"), another("another");
  const test::TemporaryFolder folder;
  FakeServer server(tls_handler(folder, authority.issue("server", "IP:127.0.0.1")));
  std::promise<std::string> asked;
  std::once_flag once;
  FakeServer proxy([&](Connection& connection) {
    const std::string head = connection.read_request();
    std::call_once(once, [&] { asked.set_value(head); });
    const int fd = connect_to(server.port());
    connection.send("HTTP/1.1 200 Connection established\r\n\r\n");
    pump(connection.fd(), fd);
    close(fd);
  });
  kube::Config config = config_for(server, authority);
  config.proxy_url = "http://jane:pass@127.0.0.1:" + std::to_string(proxy.port());
  const auto transport = *kube::make_transport(config);
  const auto reply = get(*transport);
  REQUIRE_MESSAGE(reply.ok(), reply.status());
  CHECK(reply->body.starts_with("nobody"));
  const std::string head = asked.get_future().get();
  CHECK(head.starts_with("CONNECT 127.0.0.1:" + std::to_string(server.port()) + " HTTP/1.1\r\n"));
  CHECK(head.find("Proxy-Authorization: Basic amFuZTpwYXNz") != std::string::npos);

  config.certificate_authority.data = another.certificate();
  CHECK(get(**kube::make_transport(config)).status().code() == Code::Unavailable);
}

TEST_CASE("an authority's file is read again when it changes: then the server's new certificate is trusted") {
  const Authority ours("ours"), theirs("theirs");
  const test::TemporaryFolder folder;
  FakeServer server(tls_handler(folder, theirs.issue("server", "IP:127.0.0.1")));
  kube::Config config = config_for(server, ours);
  config.certificate_authority = {};
  config.certificate_authority.file = folder.write("ca.crt", ours.certificate());
  const auto transport = *kube::make_transport(config);
  testing::SimulatedClock clock;
  const Context context{{}, TimePoint::max(), clock, {}};
  CHECK(get(*transport, context).status().code() == Code::Unavailable);
  folder.write("ca.crt", ours.certificate() + theirs.certificate());
  clock.advance(std::chrono::seconds(11));
  const auto reply = get(*transport, context);
  CHECK_MESSAGE(reply.ok(), reply.status());
}

TEST_CASE("a client certificate is presented, and replaced on new connections when its files change") {
  const Authority authority("ours");
  const test::TemporaryFolder folder;
  FakeServer server(tls_handler(folder, authority.issue("server", "IP:127.0.0.1")));
  const Pem first = authority.issue("first", "");
  kube::Config config = config_for(server, authority);
  config.client_certificate.file = folder.write("client.crt", first.certificate);
  config.client_key.file = folder.write("client.key", first.key);
  const auto transport = *kube::make_transport(config);
  testing::SimulatedClock clock;
  const Context context{{}, TimePoint::max(), clock, {}};
  CHECK(get(*transport, context)->body.starts_with("/CN=first"));

  const Pem second = authority.issue("second", "");
  folder.write("client.crt", second.certificate);
  // The key of the new certificate is not there yet: the old pair stays in use.
  clock.advance(std::chrono::seconds(11));
  CHECK(get(*transport, context)->body.starts_with("/CN=first"));
  folder.write("client.key", second.key);
  CHECK(get(*transport, context)->body.starts_with("/CN=first"));  // files are looked at every 10 s
  clock.advance(std::chrono::seconds(11));
  CHECK(get(*transport, context)->body.starts_with("/CN=second"));
}

TEST_CASE("a key that does not fit its certificate is refused before any connection") {
  const Authority authority("ours");
  kube::Config config;
  config.server = "https://127.0.0.1:1";
  config.origin = "/k";
  config.client_certificate.data = authority.issue("a", "").certificate;
  config.client_key.data = authority.issue("b", "").key;
  CHECK(kube::make_transport(config).status().to_string() ==
        "Invalid: /k: client-key-data: is not the key of the certificate in client-certificate-data");
}
