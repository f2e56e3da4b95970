// Endpoints: what a process of controllers serves by itself: /healthz and /readyz for the kubelet,
// /metrics for Prometheus.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/runtime/monitor/health.hpp"
#include "controller/runtime/monitor/metrics.hpp"

namespace toolhive::runtime {

struct EndpointOptions {
  // "<host>:<port>", with an empty host for every address and port 0 for a free one; empty: not
  // served.
  std::string health_address;
  std::string metrics_address;
  // Metrics over TLS 1.2 or later, for callers with a bearer token whom the API server allows to
  // `get` the nonResourceURL /metrics: 401, 403 and 503 say who is not let in and why; see
  // MetricsAuthorizer for the rights that asking takes. False: plain HTTP for whoever comes, so
  // keep the address on the loopback interface.
  bool metrics_secure = true;
  // A directory with tls.crt and tls.key, as a Secret of type kubernetes.io/tls is mounted. Looked
  // at every `certificate_reload`; new connections get the new certificate. Empty, or while it
  // holds neither file: a certificate made at start, which nobody can verify, for
  // `certificate_names`.
  std::string certificate_directory;
  Duration certificate_reload = std::chrono::seconds(10);
  std::vector<std::string> certificate_names = {"localhost"};  // DNS names, at least one
};

// At most one per process, because it carries the process's http::ListenerServer. Thread-safe.
class Endpoints {
 public:
  // `client`, `health` and `metrics` must outlive it; `client` is asked who may read the metrics.
  // Invalid, with the file, for a certificate that is none; Unavailable, with the address, for one
  // that cannot be listened on.
  static StatusOr<std::unique_ptr<Endpoints>> open(const EndpointOptions& options, kube::Client& client,
                                                   const Health& health, const Metrics& metrics);
  ~Endpoints();  // finishes what is in flight, within two seconds

  // The ports that are listened on; 0 where none is.
  std::uint16_t health_port() const;
  std::uint16_t metrics_port() const;

 private:
  struct State;
  explicit Endpoints(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace toolhive::runtime
