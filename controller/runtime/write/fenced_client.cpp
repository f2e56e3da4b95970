#include "controller/runtime/write/fenced_client.hpp"

#include <algorithm>
#include <utility>

namespace toolhive::runtime {

using kube::ApiCall;

namespace {

bool is_review(const ApiCall& call) {
  return call.verb == ApiCall::Verb::Create &&
         (call.type.group == "authentication.k8s.io" || call.type.group == "authorization.k8s.io");
}

}  // namespace

FencedClient::FencedClient(kube::Client& inner, std::function<TimePoint()> held_until)
    : inner_(inner), held_until_(std::move(held_until)) {}

StatusOr<kube::HttpResponse> FencedClient::call(const Context& ctx, const ApiCall& call) {
  if (!call.mutating() || is_review(call)) return inner_.call(ctx, call);
  const TimePoint until = held_until_();
  if (ctx.clock.now() >= until)
    return Status(Code::Fenced, "this process does not hold the leader lease: the write to " +
                                    call.type.to_string() + " \"" + call.key.to_string() + "\" was not sent");
  Context bounded = ctx;
  bounded.deadline = std::min(ctx.deadline, until);
  return inner_.call(bounded, call);
}

StatusOr<std::unique_ptr<kube::LineStream>> FencedClient::open_watch(
    const Context& ctx, const ApiCall& call, const kube::Transport::StreamOptions& options) {
  return inner_.open_watch(ctx, call, options);
}

}  // namespace toolhive::runtime
