// Listener: hears from MCP servers that their tools have changed, many servers on one thread.
//
//   Listener listener(clock);
//   listener.listen(ctx, client, {}, {.listening = ..., .changed = [&] { look_again(); }, .ended = ...});
//
// What a server tells is never taken for what its tools are: it is a reason to read them.
#pragma once

#include <cstdint>
#include <functional>

#include "controller/base/clock.hpp"
#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/client/client.hpp"
#include "controller/mcp/client/listen_limits.hpp"
#include "controller/mcp/http/http_streams.hpp"

namespace toolhive::mcp {

// Called on the listener's thread, so they must not block; they may call stop().
struct ListenEvents {
  // Once: from now on changes are told. What changed before was not: it is time to read.
  std::function<void()> listening;
  std::function<void()> changed;
  // Once, and nothing after it. As ChangeReader::finish() has it; Timeout when a time of
  // ListenLimits::stream was over; Cancelled after stop().
  std::function<void(const Status&)> ended;
};

// Thread-safe. `clock` must outlive it.
class Listener {
 public:
  using Id = HttpStreams::Id;

  explicit Listener(Clock& clock) : clock_(clock), streams_(clock) {}
  // Ends all streams without telling.
  ~Listener() = default;

  // Asks the server of `client` to tell of changes. On the calling thread until the request can be
  // sent; the client is not used after that. An error says why it cannot be, NotFound with the
  // reason kNotOffered among them, or as Client::connect(); then no event is called.
  StatusOr<Id> listen(const Context& ctx, Client& client, const ListenLimits& limits, ListenEvents events);
  void stop(Id id) { streams_.close(id); }

 private:
  Clock& clock_;
  HttpStreams streams_;
};

}  // namespace toolhive::mcp
