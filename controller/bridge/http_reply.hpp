// Replies whose bytes are ready.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "controller/http/reply.hpp"

namespace toolhive::bridge {

// `content_type` points to a literal; no body for an empty text.
inline http::Reply http_reply(unsigned status, std::string_view content_type, std::string text) {
  http::Reply reply;
  reply.status = status;
  if (text.empty()) return reply;
  reply.content_type = content_type;
  reply.body = std::make_shared<const std::string>(std::move(text));
  return reply;
}

// To a method that the path does not have.
inline http::Reply method_not_allowed() {
  http::Reply reply;
  reply.status = 405;
  reply.lines = "Allow: GET, POST, DELETE\r\n";
  return reply;
}

}  // namespace toolhive::bridge
