#include "controller/http/core.hpp"

#include "controller/http/acceptor.hpp"
#include "controller/http/connection.hpp"
#include "controller/http/tls.hpp"

#include <unistd.h>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <utility>

namespace toolhive::http {
namespace {

using std::chrono::milliseconds;

// How many connections beyond the limit are told so (503) at one time; more are closed without a
// word.
constexpr std::size_t kRefusing = 64;
// What a connection that is cut off may take to end. It takes longer only while its worker runs a
// handler that blocks.
constexpr std::chrono::seconds kAbortWait{1};

// Often enough to keep each limit within an eighth.
milliseconds tick_for(const Timeouts& timeouts) {
  const milliseconds shortest =
      std::min({timeouts.handshake, timeouts.header, timeouts.body, timeouts.write, timeouts.idle});
  return std::clamp(shortest / 8, milliseconds(5), milliseconds(250));
}

Status cannot_listen(Code code, const ListenAddress& address, const char* why) {
  return {code, "cannot listen on " + address.text() + ": " + why};
}

}  // namespace

Core::Core(Options options) : body_budget(options.limits.buffered_bytes), options_(std::move(options)) {
  for (unsigned i = 0; i < std::max(1U, options_.threads); ++i) {
    workers_.push_back(std::make_unique<Worker>(tick_for(options_.timeouts)));
  }
}

Core::~Core() = default;

void Core::start() {
  if (!options_.tls) return;
  workers_.front()->post([self = shared_from_this()] {
    self->tls_timer_ = std::make_unique<boost::asio::steady_timer>(self->workers_.front()->context());
    self->schedule_tls_reload();
  });
}

StatusOr<std::uint16_t> Core::open(const ListenAddress& address, std::string path, Handler& handler) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return cannot_listen(Code::Unavailable, address, "the server is stopped");
  if (address.tls && !options_.tls) {
    return cannot_listen(Code::Invalid, address, "the server has no TLS certificate");
  }
  if (handlers_.contains(&handler)) {
    return cannot_listen(Code::AlreadyExists, address, "the handler is in use already");
  }
  const auto endpoint = endpoint_at(address);
  if (!endpoint.ok()) return endpoint.status();
  if (!(*endpoint)->router.add(std::move(path), handler)) {
    return cannot_listen(Code::AlreadyExists, address, "another handler has this path");
  }
  ++(*endpoint)->handlers;
  handlers_[&handler] = *endpoint;
  return (*endpoint)->bound_port;
}

StatusOr<std::shared_ptr<Endpoint>> Core::endpoint_at(const ListenAddress& address) {
  const auto found = endpoints_.find(address.key());
  if (found == endpoints_.end()) return listen(address);
  if (found->second->draining) {
    return cannot_listen(Code::Unavailable, address, "the port is still being closed");
  }
  if (found->second->tls() != address.tls) {
    return cannot_listen(Code::Invalid, address, "the port serves the other of http and https");
  }
  return found->second;
}

StatusOr<std::shared_ptr<Endpoint>> Core::listen(const ListenAddress& address) {
  Worker& worker = least_loaded();
  auto acceptor = std::make_shared<Acceptor>(worker);
  if (const Status listening = acceptor->listen(address); !listening.ok()) return listening;
  auto endpoint = std::make_shared<Endpoint>(address);
  endpoint->acceptor = acceptor;
  endpoint->bound_port = acceptor->port();
  worker.post([self = shared_from_this(), endpoint, acceptor = std::move(acceptor)] {
    acceptor->start(
        [self, endpoint](int descriptor, bool v6, std::string remote) {
          self->adopt(descriptor, v6, std::move(remote), endpoint);
        },
        [self](const std::string& trouble) { self->notice(trouble); });
  });
  endpoints_[address.key()] = endpoint;
  return endpoint;
}

Status Core::close(const Handler& handler) {
  if (Worker::on_any()) return {Code::Internal, "a handler cannot be closed in a handler"};
  std::shared_ptr<Endpoint> endpoint;
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    const auto found = handlers_.find(&handler);
    if (found == handlers_.end()) return {};  // stop() was there first
    endpoint = found->second;
    handlers_.erase(found);
    last = --endpoint->handlers == 0;
    endpoint->draining = last;
  }
  // The last handler of a port is found until its connections have ended, so that requests already
  // under way are answered.
  if (last) drain({endpoint});
  const std::shared_ptr<Route> route = endpoint->router.remove(handler);
  if (!last && !route->pending.wait_for_none(std::chrono::steady_clock::now() + options_.timeouts.drain)) {
    notice("requests of a closed handler are still in flight after the drain timeout");
  }
  route->calls.wait_for_none();
  if (last) {
    const std::lock_guard lock(mutex_);
    endpoints_.erase(endpoint->address().key());
  }
  return {};
}

void Core::stop() {
  std::vector<std::shared_ptr<Endpoint>> endpoints;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    for (const auto& [key, endpoint] : endpoints_) {
      endpoint->draining = true;
      endpoints.push_back(endpoint);
    }
    endpoints_.clear();
  }
  drain(endpoints);
  std::map<const Handler*, std::shared_ptr<Endpoint>> handlers;
  {
    const std::lock_guard lock(mutex_);
    handlers.swap(handlers_);
  }
  for (const auto& [handler, endpoint] : handlers) {
    if (const auto route = endpoint->router.remove(*handler)) route->calls.wait_for_none();
  }
  for (const auto& worker : workers_) worker->stop();
  tls_timer_.reset();
}

void Core::drain(const std::vector<std::shared_ptr<Endpoint>>& endpoints) {
  std::vector<std::shared_ptr<Acceptor>> acceptors;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& endpoint : endpoints) {
      // The acceptor's callbacks hold the endpoint: letting go of the acceptor breaks the circle.
      if (endpoint->acceptor) acceptors.push_back(std::exchange(endpoint->acceptor, nullptr));
    }
  }
  for (const auto& acceptor : acceptors) acceptor->close_and_wait();
  const auto visit_all = [&](void (Connection::*action)()) {
    for (const auto& worker : workers_) {
      worker->post([worker = worker.get(), action, keep = endpoints] {
        worker->for_each([&](Connection& connection) {
          const bool concerned = std::any_of(keep.begin(), keep.end(), [&](const auto& endpoint) {
            return endpoint.get() == &connection.endpoint();
          });
          if (concerned) (connection.*action)();
        });
      });
    }
  };
  const auto wait_until = [&](std::chrono::steady_clock::time_point limit) {
    return std::all_of(endpoints.begin(), endpoints.end(),
                       [&](const auto& endpoint) { return endpoint->connections.wait_for_none(limit); });
  };
  visit_all(&Connection::drain);
  if (wait_until(std::chrono::steady_clock::now() + options_.timeouts.drain)) return;
  notice("the drain timeout has passed: connections with requests in flight are cut off");
  visit_all(&Connection::abort);
  wait_until(std::chrono::steady_clock::now() + kAbortWait);
}

ServerStats Core::stats() const {
  ServerStats stats;
  stats.connections = connections_;
  stats.requests_in_flight = in_flight.count();
  stats.connections_accepted = accepted_;
  stats.connections_refused = refused_;
  stats.requests = requests;
  stats.transport_errors = transport_errors;
  stats.timeouts = timeouts;
  return stats;
}

Worker& Core::least_loaded() {
  return **std::min_element(workers_.begin(), workers_.end(),
                            [](const auto& a, const auto& b) { return a->load < b->load; });
}

Core::Admission Core::admit(const std::string& remote_address, bool tls) {
  bool full = connections_.fetch_add(1) >= options_.limits.connections;
  if (!full && options_.limits.connections_per_address > 0) {
    const std::lock_guard lock(addresses_mutex_);
    std::size_t& count = addresses_[remote_address];
    full = count >= options_.limits.connections_per_address;
    if (!full) ++count;
  }
  if (!full) {
    ++accepted_;
    return Admission::Served;
  }
  ++refused_;
  --connections_;
  if (tls || refusing_ >= kRefusing) return Admission::Dropped;
  ++refusing_;
  return Admission::Refused;
}

void Core::connection_closed(const std::string& remote_address, bool refused) {
  if (refused) {
    --refusing_;
    return;
  }
  --connections_;
  if (options_.limits.connections_per_address == 0) return;
  const std::lock_guard lock(addresses_mutex_);
  const auto found = addresses_.find(remote_address);
  if (found != addresses_.end() && --found->second == 0) addresses_.erase(found);
}

void Core::adopt(int descriptor, bool v6, std::string remote_address,
                 const std::shared_ptr<Endpoint>& endpoint) {
  using boost::asio::ip::tcp;
  const Admission admission = admit(remote_address, endpoint->tls());
  Worker& worker = least_loaded();
  tcp::socket socket(worker.context());
  boost::system::error_code error;
  if (socket.assign(v6 ? tcp::v6() : tcp::v4(), descriptor, error)) ::close(descriptor);
  const bool refused = admission == Admission::Refused;
  if (error || admission == Admission::Dropped) {
    if (admission != Admission::Dropped) connection_closed(remote_address, refused);
    return;
  }
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  ++worker.load;
  auto stream = endpoint->tls() ? options_.tls->make_stream({std::move(socket)})
                                : make_plain_stream({std::move(socket)});
  auto connection = std::make_shared<Connection>(shared_from_this(), endpoint, worker, std::move(stream),
                                                 std::move(remote_address));
  const auto begin = refused ? &Connection::turn_away : &Connection::start;
  if (worker.on_this_thread()) return (connection.get()->*begin)();
  worker.post([connection = std::move(connection), begin] { (connection.get()->*begin)(); });
}

ErrorBody Core::error_body(unsigned status, std::string_view detail) const {
  if (options_.error_body) {
    try {
      return options_.error_body(TransportError{status, detail});
    } catch (...) {
      // Worse than an unformatted body would be none.
    }
  }
  ErrorBody body{"text/plain; charset=utf-8", std::string(detail)};
  body.body += '\n';
  return body;
}

void Core::notice(std::string_view text) const {
  if (options_.notice) options_.notice(text);
}

void Core::schedule_tls_reload() {
  tls_timer_->expires_after(options_.tls_reload);
  tls_timer_->async_wait([this](boost::system::error_code error) {
    if (error) return;
    reload_tls();
    schedule_tls_reload();
  });
}

void Core::reload_tls() {
  const auto reload = options_.tls->reload();
  if (!reload.ok()) {
    if (reload.status().message() == tls_trouble_) return;
    tls_trouble_ = reload.status().message();
    return notice("the previous TLS certificate stays in use: " + tls_trouble_);
  }
  tls_trouble_.clear();
  if (*reload == Tls::Reload::Replaced) notice("the TLS certificate was reloaded");
}

}  // namespace toolhive::http
