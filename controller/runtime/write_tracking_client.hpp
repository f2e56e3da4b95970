// WriteTrackingClient: remembers what this process wrote, so that cached reads wait for it and hot loops
// show.
#pragma once

#include <memory>

#include "controller/kube/client.hpp"
#include "controller/runtime/cache.hpp"
#include "controller/runtime/pass_writes.hpp"

namespace runtime {

// Thread-safe. Dry runs are no writes.
class WriteTrackingClient final : public kube::Client {
 public:
  // All must outlive this.
  WriteTrackingClient(kube::Client& inner, Cache& cache, PassWrites& passes);

  kube::StatusOr<kube::HttpResponse> call(const kube::Context& ctx, const kube::ApiCall& call) override;
  kube::StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const kube::Context& ctx, const kube::ApiCall& call,
      const kube::Transport::StreamOptions& options) override;

 private:
  void remember(const kube::ApiCall& call, const kube::HttpResponse& response);

  kube::Client& inner_;
  Cache& cache_;
  PassWrites& passes_;
};

}  // namespace runtime
