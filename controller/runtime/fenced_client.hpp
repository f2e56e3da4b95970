// FencedClient: lets no write pass once the leader lease is no longer surely held.
#pragma once

#include <functional>
#include <memory>

#include "controller/kube/client.hpp"

namespace runtime {

// Thread-safe. Reads pass always, and so do reviews (authentication.k8s.io, authorization.k8s.io), which are
// questions asked by POST.
class FencedClient final : public kube::Client {
 public:
  // `held_until` says until when writes may be sent: it is asked before each one, and a write still under way
  // is given up at that time. `inner` must outlive this.
  FencedClient(kube::Client& inner, std::function<kube::TimePoint()> held_until);

  kube::StatusOr<kube::HttpResponse> call(const kube::Context& ctx, const kube::ApiCall& call) override;
  kube::StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const kube::Context& ctx, const kube::ApiCall& call,
      const kube::Transport::StreamOptions& options) override;

 private:
  kube::Client& inner_;
  const std::function<kube::TimePoint()> held_until_;
};

}  // namespace runtime
