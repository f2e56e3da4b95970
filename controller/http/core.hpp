// The server itself: workers, endpoints, limits and counters. Server is its handle for the owner.
#pragma once

#include "controller/base/status.hpp"
#include "controller/http/body_budget.hpp"
#include "controller/http/endpoint.hpp"
#include "controller/http/gauge.hpp"
#include "controller/http/options.hpp"
#include "controller/http/server.hpp"
#include "controller/http/worker.hpp"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace toolhive::http {

// Thread safe.
class Core final : public std::enable_shared_from_this<Core> {
 public:
  explicit Core(Options options);
  ~Core();
  void start();

  // As in Server.
  StatusOr<std::uint16_t> open(const ListenAddress& address, std::string path, Handler& handler);
  Status close(const Handler& handler);
  void stop();
  ServerStats stats() const;

  // Serves a connected socket, which now belongs to the server.
  void adopt(int descriptor, bool v6, std::string remote_address, const std::shared_ptr<Endpoint>& endpoint);

  // For connections.
  const Options& options() const { return options_; }
  ErrorBody error_body(unsigned status, std::string_view detail) const;
  void notice(std::string_view text) const;
  void connection_closed(const std::string& remote_address, bool refused);

  BodyBudget body_budget;
  Gauge in_flight;
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> transport_errors{0};
  std::atomic<std::uint64_t> timeouts{0};

 private:
  enum class Admission { Served, Refused, Dropped };
  Admission admit(const std::string& remote_address, bool tls);
  Worker& least_loaded();
  // The endpoint of an address that a handler is about to be added to: there already, or new.
  StatusOr<std::shared_ptr<Endpoint>> endpoint_at(const ListenAddress& address);
  StatusOr<std::shared_ptr<Endpoint>> listen(const ListenAddress& address);
  // Ends an endpoint's connections and waits for that.
  void drain(const std::vector<std::shared_ptr<Endpoint>>& endpoints);
  void schedule_tls_reload();
  void reload_tls();

  const Options options_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<boost::asio::steady_timer> tls_timer_;
  std::string tls_trouble_;  // as told last; on the first worker only

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Endpoint>> endpoints_;  // by ListenAddress::key()
  std::map<const Handler*, std::shared_ptr<Endpoint>> handlers_;
  bool stopped_ = false;

  std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> refusing_{0};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::mutex addresses_mutex_;
  // connections of each, when that is limited
  std::unordered_map<std::string, std::size_t> addresses_;
};

}  // namespace toolhive::http
