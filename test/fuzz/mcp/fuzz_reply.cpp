// Replies of a server, as documents and as streams: what is taken for an answer is one, and its
// pages and texts are within bounds.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "controller/mcp/client/negotiation.hpp"
#include "controller/mcp/client/reply_reader.hpp"
#include "controller/mcp/client/server_info.hpp"
#include "controller/mcp/client/tool_listing.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive;

namespace {

constexpr std::size_t kLongestText = 64;

void check_server(const mcp::ServerInfo& server) {
  for (const std::string* text : {&server.name, &server.title, &server.version, &server.instructions}) {
    fuzz::require(text->size() <= kLongestText);
    static_cast<void>(Json(*text).dump());  // throws for what is no UTF-8
  }
}

void use(const mcp::Answer& answer, const mcp::Limits& limits) {
  const Status failure = mcp::failure_of(answer);
  fuzz::require(failure.ok() == answer.has_result());
  fuzz::require(failure.message().size() < 2000);
  static_cast<void>(mcp::negotiate(answer));
  if (!answer.has_result()) return;
  const Json& result = *answer.message->result;
  check_server(mcp::discovered_server(result, "2026-07-28", kLongestText));
  if (const auto server = mcp::initialized_server(result, kLongestText); server.ok()) check_server(*server);
  mcp::ToolListing listing(limits);
  if (!listing.add({answer.message->result, answer.bytes}).ok()) return;
  for (const JsonPtr& tool : listing.take().tools) fuzz::require(tool->is_object());
}

void read(std::string_view text, int status, const char* type) {
  const mcp::Limits limits;
  mcp::HttpHead head;
  head.status = status;
  head.headers["content-type"] = type;
  mcp::ReplyReader reader(1, limits, [](const mcp::RpcMessage& request) {
    fuzz::require(request.kind == mcp::RpcMessage::Kind::Request && request.id);
  });
  if (!reader.take(head, text).ok()) return;
  const StatusOr<mcp::Answer> answer = reader.finish(head);
  if (answer.ok()) use(*answer, limits);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read(text, 200, "application/json");
  read(text, 400, "application/json");
  read(text, 200, "text/event-stream");
  read(text, 200, "text/html");
  return 0;
}
