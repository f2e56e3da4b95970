#include "redis_server.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "loopback.hpp"

namespace toolhive::registry::test {

using namespace std::chrono_literals;

RedisServer& RedisServer::get() {
  static RedisServer server;
  if (server.process_ == nullptr) server.start();
  (void)server.command({"FLUSHALL"});
  return server;
}

RedisServer::RedisServer() {
  char pattern[] = "/tmp/registry-redis-XXXXXX";
  const char* made = ::mkdtemp(pattern);
  REQUIRE(made != nullptr);
  folder_ = made;
  std::ofstream(folder_ + "/password") << "secret word\n";
  const auto certificate =
      e2e::run({{"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                 "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout",
                 folder_ + "/server.key", "-out", folder_ + "/server.crt"}});
  REQUIRE_MESSAGE(certificate.ok(), certificate.explain());
  port_ = free_port();
  tls_port_ = free_port();
  start();
}

RedisServer::~RedisServer() {
  process_.reset();
  std::error_code ignored;  // What is left over in /tmp fails no test.
  std::filesystem::remove_all(folder_, ignored);
}

void RedisServer::start() {
  const auto file = [this](const char* name) { return folder_ + "/" + name; };
  process_ = std::make_unique<e2e::Background>(e2e::Command{{"redis-server",
                                                             "--bind",
                                                             "127.0.0.1",
                                                             "--port",
                                                             std::to_string(port_),
                                                             "--tls-port",
                                                             std::to_string(tls_port_),
                                                             "--tls-cert-file",
                                                             file("server.crt"),
                                                             "--tls-key-file",
                                                             file("server.key"),
                                                             "--tls-ca-cert-file",
                                                             file("server.crt"),
                                                             "--tls-auth-clients",
                                                             "no",
                                                             "--requirepass",
                                                             "secret word",
                                                             "--save",
                                                             "",
                                                             "--dir",
                                                             folder_,
                                                             "--logfile",
                                                             file("log"),
                                                             "--enable-debug-command",
                                                             "no"}});
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!redis::Connection::open(options(), std::chrono::steady_clock::now() + 1s)) {
    REQUIRE_MESSAGE(process_->running(), "no Redis server: needs the Debian package redis-server");
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(5ms);
  }
}

void RedisServer::freeze(bool frozen) const {
  REQUIRE(::kill(process_->pid(), frozen ? SIGSTOP : SIGCONT) == 0);
}

redis::RedisOptions RedisServer::options(std::uint16_t port) const {
  redis::RedisOptions options;
  options.url = "redis://127.0.0.1:" + std::to_string(port) + "/0";
  options.password_file = folder_ + "/password";
  return options;
}

redis::RedisOptions RedisServer::tls_options() const {
  auto options = this->options();
  options.url = "rediss://localhost:" + std::to_string(tls_port_);
  options.ca_file = folder_ + "/server.crt";
  return options;
}

std::string RedisServer::command(const std::vector<std::string_view>& words) const {
  auto session = redis::Connection::open(options(), std::chrono::steady_clock::now() + 10s);
  REQUIRE_MESSAGE(session.ok(), (session.ok() ? "" : session.error().detail));
  auto reply = (*session)->call(words);
  REQUIRE_MESSAGE(reply.ok(), (reply.ok() ? "" : reply.error().detail));
  return reply->text;
}

std::string RedisServer::keys(const std::string& beginning) const {
  return command({"EVAL", "return table.concat(redis.call('keys', ARGV[1]), ' ')", "0", beginning + "*"});
}

FaultyLine::FaultyLine(std::uint16_t upstream, std::size_t bytes, End end)
    : upstream_(upstream),
      bytes_(bytes),
      end_(end),
      server_([this](int client, const std::stop_token& stop) { pass(client, stop); }) {}

void FaultyLine::pass(int client, const std::stop_token& stop) const {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (server < 0) return;
  const auto address = loopback(upstream_);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  std::array<char, 4096> buffer{};
  std::size_t left = bytes_;
  while (open && !stop.stop_requested()) {
    std::array<pollfd, 2> both = {{{client, POLLIN, 0}, {left > 0 ? server : -1, POLLIN, 0}}};
    if (::poll(both.data(), both.size(), 10) <= 0) continue;
    if (both[0].revents != 0) {
      const auto count = ::recv(client, buffer.data(), buffer.size(), 0);
      open =
          count > 0 && ::send(server, buffer.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
    }
    if (open && both[1].revents != 0) {
      const auto count = ::recv(server, buffer.data(), std::min(buffer.size(), left), 0);
      open =
          count > 0 && ::send(client, buffer.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
      if (open) left -= static_cast<std::size_t>(count);
      if (left == 0 && end_ == End::HangUp) open = false;
    }
  }
  ::close(server);
}

}  // namespace toolhive::registry::test
