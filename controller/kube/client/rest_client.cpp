// The Client over a Transport: error replies, and sending again where that is safe.
#include <algorithm>

#include "controller/kube/client/client.hpp"

namespace toolhive::kube {

namespace {

constexpr int kMostThrottled = 10;
constexpr int kMostBroken = 3;
constexpr Duration kFirstPause = std::chrono::milliseconds(50);
constexpr Duration kLeastThrottle = std::chrono::milliseconds(100);

class RestClient final : public Client {
 public:
  explicit RestClient(std::shared_ptr<Transport> transport) : transport_(std::move(transport)) {}

  StatusOr<HttpResponse> call(const Context& ctx, const ApiCall& call) override {
    int throttled = 0;
    int broken = 0;
    for (;;) {
      StatusOr<HttpResponse> reply = transport_->send(ctx, call.http);
      Duration pause{};
      if (reply.ok()) {
        if (reply->status >= 200 && reply->status < 300) return reply;
        reply = error_from_response(*reply);
        const Status& error = reply.status();
        const bool asked_to_wait =
            (error.http_status() == 429 || error.http_status() == 503) && error.retry_after().has_value();
        if (!asked_to_wait || ++throttled >= kMostThrottled) return reply;
        pause = std::max<Duration>(*error.retry_after(), kLeastThrottle);
      } else {
        const Status& error = reply.status();
        const bool safe = error.code() == Code::Unavailable && (call.idempotent || error.not_sent());
        if (!safe || ++broken >= kMostBroken) return reply;
        pause = kFirstPause * (1 << (2 * broken - 2));
      }
      // The deadline comes first: the reply at hand says more than a timeout would.
      if (ctx.clock.now() + pause >= ctx.deadline) return reply;
      if (!sleep_for(ctx.clock, pause, ctx.stop)) return Status(Code::Cancelled, "stopped by the caller");
    }
  }

  StatusOr<std::unique_ptr<LineStream>> open_watch(const Context& ctx, const ApiCall& call,
                                                   const Transport::StreamOptions& options) override {
    return transport_->stream(ctx, call.http, options);
  }

 private:
  const std::shared_ptr<Transport> transport_;
};

}  // namespace

std::unique_ptr<Client> make_client(std::shared_ptr<Transport> transport) {
  return std::make_unique<RestClient>(std::move(transport));
}

}  // namespace toolhive::kube
