#include "controller/mcp/client/listener.hpp"

#include <memory>
#include <utility>

#include "controller/mcp/client/change_reader.hpp"
#include "controller/mcp/client/endpoint.hpp"

namespace toolhive::mcp {

namespace {

struct OpenListening {
  StreamId id = 0;
  std::unique_ptr<ChangeReader> reader;
};

}  // namespace

StatusOr<Listener::Id> Listener::listen(const Context& ctx, Client& client, const ListenLimits& limits,
                                        ListenEvents events) {
  StatusOr<Subscription> subscription = client.subscribe(ctx);
  if (!subscription.ok()) return subscription.status();
  const auto open = std::make_shared<OpenListening>();
  // Weak, because the reader holds this.
  const auto answer = [this, weak = std::weak_ptr(open),
                       way = subscription->answer](const RpcMessage& asked) {
    const auto opened = weak.lock();
    if (!way || !opened) return;
    HttpRequest request = *way;
    request.body = answer_to(asked);
    streams_.send(opened->id, std::move(request));
  };
  open->reader = std::make_unique<ChangeReader>(
      subscription->id, limits, ChangeReader::Events{events.listening, events.changed, answer});
  const auto sink = [this, open](StreamId id, const HttpHead& head, std::string_view bytes) {
    open->id = id;
    return open->reader->take(head, bytes, clock_.now());
  };
  const auto end = [open, ended = std::move(events.ended)](const Status& why) {
    ended(open->reader->finish(why));
  };
  return streams_.open(ctx, subscription->http, {subscription->open, subscription->close}, limits.stream,
                       sink, end);
}

}  // namespace toolhive::mcp
