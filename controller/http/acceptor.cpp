#include "controller/http/acceptor.hpp"

#include "controller/http/listen_address.hpp"
#include "controller/http/worker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <boost/asio/ip/v6_only.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <future>
#include <system_error>
#include <utility>
#include <vector>

namespace toolhive::http {
namespace {

using boost::asio::ip::tcp;
using Error = boost::system::error_code;

constexpr int kBacklog = 1024;
// other connections of the worker get their turn in between
constexpr unsigned kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kPause{50};

// The endpoints to try, best first.
std::vector<tcp::endpoint> candidates(boost::asio::io_context& context, const ListenAddress& address,
                                      Error& error) {
  if (address.host.empty()) {
    // One socket for both families, unless the kernel has no IPv6.
    return {{boost::asio::ip::address_v6::any(), address.port},
            {boost::asio::ip::address_v4::any(), address.port}};
  }
  Error not_numeric;
  const auto numeric = boost::asio::ip::make_address(address.host, not_numeric);
  if (!not_numeric) return {{numeric, address.port}};
  tcp::resolver resolver(context);
  std::vector<tcp::endpoint> found;
  for (const auto& entry : resolver.resolve(address.host, std::to_string(address.port), error)) {
    const auto position = entry.endpoint().protocol() == tcp::v4() ? found.begin() : found.end();
    found.insert(position, entry.endpoint());
  }
  return found;
}

bool listen_at(tcp::acceptor& socket, const tcp::endpoint& endpoint, Error& error) {
  error = {};
  Error ignored;
  const auto failed = [&] {
    socket.close(ignored);
    return false;
  };
  if (socket.open(endpoint.protocol(), error)) return failed();
  if (socket.set_option(tcp::acceptor::reuse_address(true), error)) return failed();
  if (endpoint.address().is_v6()) {
    const bool only = !endpoint.address().is_unspecified();
    if (socket.set_option(boost::asio::ip::v6_only(only), error)) return failed();
  }
  if (socket.bind(endpoint, error)) return failed();
  if (socket.listen(kBacklog, error)) return failed();
  if (socket.non_blocking(true, error)) return failed();
  return true;
}

std::string address_text(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
  } else if (peer.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text.data(), text.size());
    } else {
      inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    }
  }
  return text.data();
}

}  // namespace

Acceptor::Acceptor(Worker& worker) : worker_(worker), socket_(worker.context()), timer_(worker.context()) {}

Status Acceptor::listen(const ListenAddress& address) {
  Error error;
  for (const tcp::endpoint& endpoint : candidates(worker_.context(), address, error)) {
    if (listen_at(socket_, endpoint, error)) break;
  }
  if (!socket_.is_open()) {
    return {Code::Unavailable, "cannot listen on " + address.text() + ": " + error.message()};
  }
  port_ = socket_.local_endpoint(error).port();
  return {};
}

void Acceptor::start(OnConnection connection, OnTrouble trouble) {
  on_connection_ = std::move(connection);
  on_trouble_ = std::move(trouble);
  wait();
}

void Acceptor::close_and_wait() {
  // Shared: the worker may still be busy with the promise when the wait is over.
  const auto closed = std::make_shared<std::promise<void>>();
  const bool posted = worker_.post([self = shared_from_this(), closed] {
    Error ignored;
    self->socket_.close(ignored);
    self->timer_.cancel();
    closed->set_value();
  });
  if (posted) closed->get_future().wait();
}

void Acceptor::wait() {
  socket_.async_wait(tcp::acceptor::wait_read, [self = shared_from_this()](Error error) {
    if (!error && self->socket_.is_open()) self->accept_all();
  });
}

void Acceptor::accept_all() {
  for (unsigned i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int descriptor = ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size,
                                     SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      paused_ = false;
      on_connection_(descriptor, peer.ss_family == AF_INET6, address_text(peer));
      continue;
    }
    const int cause = errno;
    if (cause == EAGAIN || cause == EWOULDBLOCK) break;
    if (cause == EMFILE || cause == ENFILE || cause == ENOBUFS || cause == ENOMEM) return pause(cause);
    // Anything else (ECONNABORTED, EPROTO, a network error of the peer) concerns the one connection
    // that is gone.
  }
  wait();
}

void Acceptor::pause(int cause) {
  if (!std::exchange(paused_, true)) {
    on_trouble_("no more connections can be accepted for now: " + std::system_category().message(cause));
  }
  timer_.expires_after(kPause);
  timer_.async_wait([self = shared_from_this()](Error error) {
    if (!error && self->socket_.is_open()) self->accept_all();
  });
}

}  // namespace toolhive::http
