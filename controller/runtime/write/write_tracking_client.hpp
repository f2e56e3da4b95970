// WriteTrackingClient: remembers what this process wrote, so that cached reads wait for it and hot
// loops show.
#pragma once

#include <memory>

#include "controller/kube/client/client.hpp"
#include "controller/runtime/cache/cache.hpp"

namespace toolhive::runtime {

// Thread-safe. Dry runs are no writes.
class WriteTrackingClient final : public kube::Client {
 public:
  // Both must outlive this.
  WriteTrackingClient(kube::Client& inner, Cache& cache);

  StatusOr<kube::HttpResponse> call(const Context& ctx, const kube::ApiCall& call) override;
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const Context& ctx, const kube::ApiCall& call, const kube::Transport::StreamOptions& options) override;

 private:
  void remember(const kube::ApiCall& call, const kube::HttpResponse& response);

  kube::Client& inner_;
  Cache& cache_;
};

}  // namespace toolhive::runtime
