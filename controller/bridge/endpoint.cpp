#include "controller/bridge/endpoint.hpp"

#include <string_view>
#include <utility>

#include "controller/bridge/http_reply.hpp"
#include "controller/bridge/message_text.hpp"

namespace toolhive::bridge {

namespace {

std::string session_in(const http::Headers& headers) {
  const std::string* const id = headers.find("Mcp-Session-Id");
  return id == nullptr ? std::string() : *id;
}

RuleBreach no_session() {
  return {400, kServerError, "The Mcp-Session-Id header is missing; a session begins with initialize."};
}

}  // namespace

void Endpoint::handle(http::Request request, http::Responder responder) {
  if (std::string_view(request.target).substr(0, request.target.find('?')) != options_.path)
    return responder.refuse(404, "Nothing is served under this path.");
  if (const auto breach = check_origin(request.headers, options_.origins))
    return refuse(*breach, std::move(responder));
  if (request.method == "POST") return post_message(std::move(request), std::move(responder));
  if (request.method == "GET") return listen(request.headers, std::move(responder));
  if (request.method == "DELETE") return end_session(request.headers, std::move(responder));
  responder.reply(method_not_allowed());
}

Endpoint::Exchanges Endpoint::exchange(http::Responder responder, std::string id, bool modern,
                                       std::string session_id) {
  auto gone = [this, session_id = std::move(session_id)](std::shared_ptr<const Exchange> which) {
    post_([this, session_id, which = std::move(which)] { bridge_.gone(session_id, *which); });
  };
  return std::make_shared<HttpExchange>(std::move(responder), std::move(id), modern, options_.exchange,
                                        std::move(gone));
}

void Endpoint::refuse(const RuleBreach& breach, http::Responder responder, std::string id) {
  exchange(std::move(responder), std::move(id), false, {})
      ->refuse(breach.http_status, breach.code, breach.why);
}

void Endpoint::post_message(http::Request request, http::Responder responder) {
  if (const auto breach = check_post(request.headers)) return refuse(*breach, std::move(responder));
  StatusOr<Message> message = Message::parse(std::string(request.body.begin(), request.body.end()));
  if (!message.ok()) {
    const std::int64_t code = message.status().code() == Code::Decode ? kParseError : kInvalidRequest;
    return refuse({400, code, message.status().message()}, std::move(responder));
  }
  take(request.headers, *std::move(message), std::move(responder));
}

void Endpoint::take(const http::Headers& headers, Message message, http::Responder responder) {
  std::string id(message.kind() == Message::Kind::Request ? message.raw(Part::Id) : std::string_view());
  const bool modern = is_modern(headers, message);
  if (const auto breach = modern ? check_modern(headers, message) : check_legacy(headers))
    return refuse(*breach, std::move(responder), std::move(id));
  const bool opens = message.kind() == Message::Kind::Request && message.string(Part::Method) == "initialize";
  const std::string session_id = modern ? std::string() : session_in(headers);
  if (!modern && session_id.empty() != opens)
    return refuse(no_session(), std::move(responder), std::move(id));
  auto target = exchange(std::move(responder), std::move(id), modern, session_id);
  post_(
      [this, modern, opens, session_id, message = std::move(message), target = std::move(target)]() mutable {
        if (modern) return bridge_.modern(std::move(message), std::move(target));
        if (opens) return bridge_.initialize(std::move(message), std::move(target));
        bridge_.legacy(session_id, std::move(message), std::move(target));
      });
}

void Endpoint::listen(const http::Headers& headers, http::Responder responder) {
  const std::string session_id = session_in(headers);
  // Versions without sessions have no such stream.
  if (session_id.empty()) return responder.reply(method_not_allowed());
  if (const auto breach = check_get(headers)) return refuse(*breach, std::move(responder));
  if (const auto breach = check_legacy(headers)) return refuse(*breach, std::move(responder));
  auto stream = exchange(std::move(responder), {}, false, session_id);
  post_([this, session_id, stream = std::move(stream)]() mutable {
    bridge_.listen(session_id, std::move(stream));
  });
}

void Endpoint::end_session(const http::Headers& headers, http::Responder responder) {
  const std::string session_id = session_in(headers);
  if (session_id.empty()) return responder.reply(method_not_allowed());
  auto target = exchange(std::move(responder), {}, false, session_id);
  post_([this, session_id, target = std::move(target)] { bridge_.end(session_id, *target); });
}

}  // namespace toolhive::bridge
