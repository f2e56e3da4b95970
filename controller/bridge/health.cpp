#include "controller/bridge/health.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "controller/bridge/http_reply.hpp"

namespace toolhive::bridge {

namespace {

void reply_text(http::Responder& responder, unsigned status, const std::string& text) {
  responder.reply(http_reply(status, "text/plain; charset=utf-8", text + "\n"));
}

}  // namespace

void Health::handle(http::Request request, http::Responder responder) {
  const std::string_view path = std::string_view(request.target).substr(0, request.target.find('?'));
  if (path == "/healthz") return reply_text(responder, 200, "ok");
  if (path != "/ready") return responder.refuse(404, "Nothing is served under this path.");
  auto waiting = std::make_shared<http::Responder>(std::move(responder));
  post_([this, waiting = std::move(waiting)] {
    bridge_.check([waiting](const Status& status) {
      reply_text(*waiting, status.ok() ? 200 : 503, status.ok() ? "ready" : status.message());
    });
  });
}

}  // namespace toolhive::bridge
