// MeteredClient: counts and times requests to the API server.
#pragma once

#include <memory>
#include <string>

#include "controller/kube/client/client.hpp"
#include "controller/runtime/monitor/metrics.hpp"

namespace toolhive::runtime {

// Thread-safe. rest_client_requests_total{code,method,host} and
// rest_client_request_duration_seconds{verb,host}.
class MeteredClient final : public kube::Client {
 public:
  // `inner` and `metrics` must outlive this.
  MeteredClient(kube::Client& inner, Metrics& metrics, std::string host);
  ~MeteredClient() override;

  StatusOr<kube::HttpResponse> call(const Context& ctx, const kube::ApiCall& call) override;
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const Context& ctx, const kube::ApiCall& call, const kube::Transport::StreamOptions& options) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::runtime
