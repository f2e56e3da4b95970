#include "test/unit/mcp/tls_front.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

namespace toolhive::test {
namespace {

int connect_to_loopback(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

// Until one side has closed.
void hand_on(SSL* ssl, int client, int server) {
  char bytes[4096];
  for (;;) {
    pollfd ends[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (SSL_pending(ssl) == 0 && ::poll(ends, 2, -1) < 0) return;
    if (SSL_pending(ssl) > 0 || ends[0].revents != 0) {
      const int count = SSL_read(ssl, bytes, sizeof bytes);
      if (count <= 0 || ::send(server, bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL) != count) return;
    }
    if (ends[1].revents != 0) {
      const ssize_t count = ::recv(server, bytes, sizeof bytes, 0);
      if (count <= 0 || SSL_write(ssl, bytes, static_cast<int>(count)) != count) return;
    }
  }
}

}  // namespace

TlsFront::TlsFront(const Pem& pem, int port)
    : behind_(port), server_([this](Connection& each) { serve(each); }) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets as to files
  use(pem);
}

void TlsFront::use(const Pem& pem) {
  const std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const auto bytes_of = [](const std::string& text) {
    return std::unique_ptr<BIO, decltype(&BIO_free)>(
        BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free);
  };
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bytes_of(pem.certificate).get(), nullptr, nullptr, nullptr), X509_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(bytes_of(pem.key).get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  REQUIRE(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1);
  const std::lock_guard lock(mutex_);
  context_ = context;
}

void TlsFront::fall_silent() {
  const std::lock_guard lock(mutex_);
  context_ = nullptr;
}

void TlsFront::serve(Connection& connection) {
  std::unique_lock lock(mutex_);
  const std::shared_ptr<SSL_CTX> context = context_;
  lock.unlock();
  if (!context) return connection.wait_closed();
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), connection.fd());
  if (SSL_accept(ssl.get()) != 1) return;
  const int server = connect_to_loopback(behind_);
  if (server < 0) return;
  hand_on(ssl.get(), connection.fd(), server);
  ::close(server);
}

}  // namespace toolhive::test
