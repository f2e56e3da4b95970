#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "registry/api/api.hpp"
#include "registry/base/result.hpp"
#include "registry/config/config.hpp"

namespace toolhive::registry {

// The API on the network. One at a time in a process, which must have called http::init_process().
class HttpServer {
 public:
  // Listens from when it returns; until close() `api` shows what the transport counts. Invalid when
  // the address or the certificate cannot be used.
  static Result<std::unique_ptr<HttpServer>> open(const ServerConfig& config, Api& api);

  // How many threads serve the network.
  static unsigned threads(const ServerConfig& config);

  // Calls close().
  ~HttpServer();

  // Takes no more connections, finishes the requests in flight within the drain timeout, closes the
  // rest.
  void close();

  // The port it listens on; the one that was found when the configuration says 0.
  std::uint16_t port() const;

  // Adds what the transport counts.
  void add_gauges(Gauges& gauges) const;

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace toolhive::registry
