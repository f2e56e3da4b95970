// WriteTrackingClient: remembers what this process wrote, so that cached reads wait for it and hot loops
// show.
#pragma once

#include <memory>

#include "controller/kube/client/client.hpp"
#include "controller/runtime/cache/cache.hpp"
#include "controller/runtime/write/pass_writes.hpp"

namespace toolhive::runtime {

// Thread-safe. Dry runs are no writes.
class WriteTrackingClient final : public kube::Client {
 public:
  // All must outlive this.
  WriteTrackingClient(kube::Client& inner, Cache& cache, PassWrites& passes);

  StatusOr<kube::HttpResponse> call(const Context& ctx, const kube::ApiCall& call) override;
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const Context& ctx, const kube::ApiCall& call, const kube::Transport::StreamOptions& options) override;

 private:
  void remember(const kube::ApiCall& call, const kube::HttpResponse& response);

  kube::Client& inner_;
  Cache& cache_;
  PassWrites& passes_;
};

}  // namespace toolhive::runtime
