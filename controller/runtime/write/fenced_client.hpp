// FencedClient: lets no write pass once the leader lease is no longer surely held.
#pragma once

#include <functional>
#include <memory>

#include "controller/kube/client/client.hpp"

namespace toolhive::runtime {

// Thread-safe. Reads pass always, and so do reviews (authentication.k8s.io, authorization.k8s.io),
// which are questions asked by POST.
class FencedClient final : public kube::Client {
 public:
  // `held_until` says until when writes may be sent: it is asked before each one, and a write still
  // under way is given up at that time. `inner` must outlive this.
  FencedClient(kube::Client& inner, std::function<TimePoint()> held_until);

  StatusOr<kube::HttpResponse> call(const Context& ctx, const kube::ApiCall& call) override;
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const Context& ctx, const kube::ApiCall& call, const kube::Transport::StreamOptions& options) override;

 private:
  kube::Client& inner_;
  const std::function<TimePoint()> held_until_;
};

}  // namespace toolhive::runtime
