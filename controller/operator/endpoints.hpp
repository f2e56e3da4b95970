// Endpoints: what the operator itself serves: /healthz and /readyz for the kubelet, /metrics for Prometheus.
#pragma once

#include <memory>
#include <string>

#include "controller/kube/status.hpp"
#include "controller/runtime/health.hpp"
#include "controller/runtime/metrics.hpp"

namespace toolhive {

struct EndpointOptions {
  // "<host>:<port>", with an empty host for every address; empty: not served.
  std::string health_address;
  // Served without authentication: keep it on the loopback address.
  std::string metrics_address;
};

// One per process, after http::init_process(). `health` and `metrics` must outlive it.
class Endpoints {
 public:
  // Invalid or Unavailable, with the address, when one cannot be listened on.
  static kube::StatusOr<std::unique_ptr<Endpoints>> open(const EndpointOptions& options,
                                                         const runtime::Health& health,
                                                         const runtime::Metrics& metrics);
  ~Endpoints();  // finishes what is in flight

 private:
  struct State;
  explicit Endpoints(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace toolhive
