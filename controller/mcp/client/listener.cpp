#include "controller/mcp/client/listener.hpp"

#include <atomic>
#include <memory>
#include <utility>

#include "controller/mcp/client/change_reader.hpp"
#include "controller/mcp/client/endpoint.hpp"

namespace toolhive::mcp {

namespace {

struct OpenListening {
  std::atomic<Listener::Id> id = 0;  // 0: not known yet
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
    if (!way || !opened || opened->id == 0) return;
    HttpRequest request = *way;
    request.body = answer_to(asked);
    streams_.send(opened->id, std::move(request));
  };
  open->reader = std::make_unique<ChangeReader>(
      subscription->id, limits, ChangeReader::Events{events.listening, events.changed, answer});
  const auto sink = [this, open](const HttpHead& head, std::string_view bytes) {
    return open->reader->take(head, bytes, clock_.now());
  };
  const auto end = [open, ended = std::move(events.ended)](const Status& why) {
    ended(open->reader->finish(why));
  };
  const StatusOr<Id> id = streams_.open(ctx, subscription->http, {subscription->open, subscription->close},
                                        limits.stream, sink, end);
  if (id.ok()) open->id = *id;
  return id;
}

}  // namespace toolhive::mcp
