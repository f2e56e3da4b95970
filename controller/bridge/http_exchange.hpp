// HttpExchange: a POST or GET of a client, answered as JSON or as a stream of events.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controller/base/clock.hpp"
#include "controller/bridge/exchange.hpp"
#include "controller/bridge/sse_stream.hpp"
#include "controller/http/responder.hpp"

namespace toolhive::bridge {

struct HttpExchangeOptions {
  std::size_t most_stream_bytes = 8 << 20;  // that a client has not read yet
  // A request that takes longer is answered by a stream: what lies between can tell that it goes
  // on, and the bridge that its client went away.
  Duration patience = std::chrono::seconds(1);
  Duration keep_alive = std::chrono::seconds(15);
};

class HttpExchange final : public Exchange, public std::enable_shared_from_this<HttpExchange> {
 public:
  // `id` is that of the request as JSON text, empty for what has none. `modern`: statuses tell
  // errors of the protocol apart (2026-07-28, basic/transports/streamable-http). `gone` is called,
  // on any thread, with this when the client went away from a stream.
  HttpExchange(http::Responder responder, std::string id, bool modern, HttpExchangeOptions options,
               std::function<void(std::shared_ptr<const Exchange>)> gone);

  void send(const std::string& text) override;
  void answer(const Message& message) override;
  void accept() override;
  void refuse(unsigned http_status, std::int64_t code, std::string_view why, std::string_view data) override;
  using Exchange::refuse;
  void tick(TimePoint now) override;
  void open_stream() override;
  void open_session(std::string id) override { session_id_ = std::move(id); }

 private:
  void end(unsigned status, const std::string& text);
  void reply(unsigned status, const std::string& text);

  std::optional<http::Responder> responder_;  // none once there is a stream or an answer
  const std::string id_;
  const bool modern_;
  const HttpExchangeOptions options_;
  const std::function<void(std::shared_ptr<const Exchange>)> gone_;
  std::string session_id_;  // for a header of the answer
  std::shared_ptr<SseStream> stream_;
  std::optional<TimePoint> last_tick_;  // when it was waited for, or something was sent, last
};

}  // namespace toolhive::bridge
