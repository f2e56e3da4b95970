#include "registry/store/redis/socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <thread>

namespace toolhive::registry::redis {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Failure = boost::system::error_code;

Error unavailable(std::string detail) {
  return {Code::Unavailable, std::move(detail)};
}

}  // namespace

struct Socket::State {
  std::unique_ptr<asio::io_context> io = std::make_unique<asio::io_context>(1);
  tcp::socket tcp_socket{*io};
  std::optional<asio::ssl::context> tls_context;
  std::optional<asio::ssl::stream<tcp::socket&>> tls;

  // Starts an operation, which gets the handler to call, and runs it to its end or until the time
  // is over.
  template <class Start>
  Result<std::size_t> run(const char* what, Deadline until, Start start) {
    std::optional<Failure> failure;
    std::size_t count = 0;
    start([&](const Failure& error, std::size_t bytes = 0) {
      failure = error;
      count = bytes;
    });
    io->restart();
    io->run_until(until);
    if (!failure) {
      Failure ignored;  // It is of no use any more.
      (void)tcp_socket.close(ignored);
      io->restart();
      io->run();  // The operation ends at once now, and must before what it refers to goes.
      return unavailable(std::string(what) + " took too long");
    }
    if (*failure) return unavailable(std::string(what) + " failed: " + failure->message());
    return count;
  }

  Result<tcp::resolver::results_type> resolve(const Peer& peer, Deadline until) const {
    struct Answer {
      asio::io_context io{1};
      tcp::resolver resolver{io};
      std::optional<Failure> failure;
      tcp::resolver::results_type found;
    };
    auto answer = std::make_unique<Answer>();
    answer->resolver.async_resolve(peer.host, peer.port,
                                   [&answer = *answer](const Failure& failure, const auto& found) {
                                     answer.failure = failure;
                                     answer.found = found;
                                   });
    answer->io.run_until(until);
    if (!answer->failure) {
      // The system's resolver cannot be interrupted: a thread of its own waits for it.
      std::thread([answer = std::move(answer)]() mutable { answer.reset(); }).detach();
      return unavailable("resolving " + peer.host + " took too long");
    }
    if (*answer->failure)
      return unavailable("resolving " + peer.host + " failed: " + answer->failure->message());
    return std::move(answer->found);
  }

  Result<void> start_tls(const Peer& peer, Deadline until) {
    tls_context.emplace(asio::ssl::context::tls_client);
    Failure failure;
    if (SSL_CTX_set_min_proto_version(tls_context->native_handle(), TLS1_2_VERSION) != 1)
      return unavailable("TLS 1.2 is not available");
    if (peer.ca_file.empty())
      (void)tls_context->set_default_verify_paths(failure);
    else
      (void)tls_context->load_verify_file(peer.ca_file, failure);
    if (failure)
      return unavailable("cannot read " + peer.ca_file + " (cache.redis.caFile): " + failure.message());
    tls_context->set_verify_mode(asio::ssl::verify_peer);
    tls_context->set_verify_callback(asio::ssl::host_name_verification(peer.host));
    tls.emplace(tcp_socket, *tls_context);
    if (SSL_set_tlsext_host_name(tls->native_handle(), peer.host.c_str()) != 1)
      return unavailable("TLS could not be set up for " + peer.host);
    auto done = run("the TLS handshake", until,
                    [&](auto handler) { tls->async_handshake(asio::ssl::stream_base::client, handler); });
    return done ? Result<void>() : done.take_error();
  }
};

Socket::Socket(std::unique_ptr<State> state) : state_(std::move(state)) {}
Socket::~Socket() = default;

Result<std::unique_ptr<Socket>> Socket::connect(const Peer& peer, Deadline until) {
  auto state = std::make_unique<State>();
  auto found = state->resolve(peer, until);
  if (!found) return found.take_error();
  auto connected = state->run("connecting", until, [&](auto handler) {
    asio::async_connect(state->tcp_socket, *found,
                        [handler](const Failure& failure, const tcp::endpoint&) { handler(failure); });
  });
  if (!connected) return connected.take_error();
  Failure ignored;  // Only costs time.
  (void)state->tcp_socket.set_option(tcp::no_delay(true), ignored);
  if (peer.tls) {
    if (auto secured = state->start_tls(peer, until); !secured) return secured.take_error();
  }
  return std::unique_ptr<Socket>(new Socket(std::move(state)));
}

Result<void> Socket::write(std::string_view bytes, Deadline until) {
  const auto buffer = asio::buffer(bytes.data(), bytes.size());
  auto done = state_->run("writing", until, [&](auto handler) {
    if (state_->tls)
      asio::async_write(*state_->tls, buffer, handler);
    else
      asio::async_write(state_->tcp_socket, buffer, handler);
  });
  return done ? Result<void>() : done.take_error();
}

Result<std::size_t> Socket::read(char* buffer, std::size_t size, Deadline until) {
  return state_->run("reading", until, [&](auto handler) {
    if (state_->tls)
      state_->tls->async_read_some(asio::buffer(buffer, size), handler);
    else
      state_->tcp_socket.async_read_some(asio::buffer(buffer, size), handler);
  });
}

}  // namespace toolhive::registry::redis
