#include "controller/bridge/program.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "controller/base/clock.hpp"
#include "controller/base/log.hpp"
#include "controller/bridge/bridge.hpp"
#include "controller/bridge/child_process.hpp"
#include "controller/bridge/endpoint.hpp"
#include "controller/bridge/health.hpp"
#include "controller/bridge/loop.hpp"
#include "controller/bridge/message_text.hpp"
#include "controller/bridge/reaper.hpp"
#include "controller/http/server.hpp"

namespace toolhive::bridge {

namespace {

constexpr std::chrono::milliseconds kTick{100};
// Longer than a child may take that has to be killed.
constexpr std::chrono::seconds kLongestEnd{10};

ChildOptions child_options(const Flags& flags) {
  ChildOptions options;
  options.command = flags.command;
  options.longest_line = flags.max_message_bytes;
  options.longest_queue = 2 * flags.max_message_bytes;
  return options;
}

BridgeOptions bridge_options(const Flags& flags) {
  BridgeOptions options;
  options.process_per_session = flags.process_per_session;
  options.sessions = {.most = flags.max_sessions, .idle = flags.session_idle};
  options.backend.call_timeout = flags.request_timeout;
  return options;
}

http::Options server_options(const Flags& flags) {
  http::Options options;
  options.threads = 1;
  options.limits.body_bytes = flags.max_message_bytes;
  options.limits.connections = 1024;
  options.timeouts.drain = flags.drain_timeout;
  options.error_body = [](const http::TransportError& error) {
    return http::ErrorBody{"application/json", error_text({}, kServerError, error.detail)};
  };
  options.notice = [](std::string_view notice) { log(LogLevel::Warn, notice); };
  return options;
}

EndpointOptions endpoint_options(const Flags& flags) {
  EndpointOptions options;
  options.path = flags.path;
  options.origins = flags.allowed_origins;
  options.exchange.most_stream_bytes = 2 * flags.max_message_bytes;
  return options;
}

}  // namespace

// The server of HTTP comes last, so that it ends first: its requests hold what the loop works on.
struct Program::Parts {
  explicit Parts(Flags given)
      : flags(std::move(given)),
        bridge(
            bridge_options(flags),
            [this](ChildEvents events) {
              return start_child(loop.context(), *reaper, child_options(flags), std::move(events));
            },
            system_clock()),
        endpoint(endpoint_options(flags), bridge, post()),
        health(bridge, post()),
        server(server_options(flags)) {}

  Post post() {
    return [this](std::function<void()> work) { loop.post(std::move(work)); };
  }

  const Flags flags;
  Loop loop;
  std::optional<Reaper> reaper;  // while there may be children
  Bridge bridge;
  Endpoint endpoint;
  Health health;
  http::Server server;
  std::uint16_t port = 0;
};

Program::Program(Flags flags) : parts_(std::make_unique<Parts>(std::move(flags))) {}

Program::~Program() {
  parts_->server.stop();
  parts_->loop.stop();
}

Status Program::start() {
  Status started;
  parts_->loop.run([&] {
    parts_->reaper.emplace(parts_->loop.context());
    started = parts_->bridge.start();
  });
  if (!started.ok()) return started;
  parts_->loop.every(kTick, [this] { parts_->bridge.tick(); });
  const http::ListenAddress address{.host = parts_->flags.address, .port = parts_->flags.port};
  const StatusOr<std::uint16_t> port = parts_->server.open(address, parts_->flags.path, parts_->endpoint);
  if (!port.ok()) return port.status();
  parts_->port = *port;
  log(LogLevel::Info, "listening", {{"port", std::int64_t{*port}}, {"path", parts_->flags.path}});
  return parts_->server.open(address, "/", parts_->health).status();
}

std::uint16_t Program::port() const {
  return parts_->port;
}

void Program::stop() {
  parts_->loop.run([this] { parts_->bridge.drain(); });
  parts_->server.stop();
  parts_->loop.run([this] { parts_->bridge.stop(); });
  const auto limit = std::chrono::steady_clock::now() + kLongestEnd;
  for (bool stopped = false; !stopped && std::chrono::steady_clock::now() < limit;) {
    parts_->loop.run([&] {
      parts_->bridge.tick();
      stopped = parts_->bridge.stopped();
    });
    if (!stopped) std::this_thread::sleep_for(kTick / 10);
  }
  parts_->loop.stop();
}

}  // namespace toolhive::bridge
