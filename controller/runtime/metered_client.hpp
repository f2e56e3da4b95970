// MeteredClient: counts and times requests to the API server.
#pragma once

#include <memory>
#include <string>

#include "controller/kube/client.hpp"
#include "controller/runtime/metrics.hpp"

namespace runtime {

// Thread-safe. rest_client_requests_total{code,method,host} and
// rest_client_request_duration_seconds{verb,host}.
class MeteredClient final : public kube::Client {
 public:
  // `inner` and `metrics` must outlive this.
  MeteredClient(kube::Client& inner, Metrics& metrics, std::string host);
  ~MeteredClient() override;

  kube::StatusOr<kube::HttpResponse> call(const kube::Context& ctx, const kube::ApiCall& call) override;
  kube::StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const kube::Context& ctx, const kube::ApiCall& call,
      const kube::Transport::StreamOptions& options) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runtime
