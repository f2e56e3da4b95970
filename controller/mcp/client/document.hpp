// A small document read over HTTP as a whole. Internal.
#pragma once

#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/http/http_client.hpp"

namespace toolhive::mcp {

struct Document {
  HttpHead head;
  std::string body;
};

// Whatever its HTTP status is. TooLarge beyond 256 KiB, else as HttpClient::send(), with the place
// in the message.
StatusOr<Document> read_document(const Context& ctx, const HttpClient& http, const HttpRequest& request);

}  // namespace toolhive::mcp
