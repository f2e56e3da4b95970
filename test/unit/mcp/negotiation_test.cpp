#include "controller/mcp/client/negotiation.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "controller/mcp/client/server_info.hpp"

using namespace toolhive;
using mcp::Answer;
using mcp::negotiate;
using mcp::Negotiated;
using Way = mcp::Negotiated::Way;

namespace {

Answer result(const Json& value) {
  Answer answer;
  answer.http_status = 200;
  answer.message.emplace();
  answer.message->kind = mcp::RpcMessage::Kind::Result;
  answer.message->result = std::make_shared<const Json>(value);
  return answer;
}

Answer error(int http_status, int code, const Json& data = nullptr) {
  Answer answer;
  answer.http_status = http_status;
  answer.message.emplace();
  answer.message->kind = mcp::RpcMessage::Kind::Error;
  answer.message->error.code = code;
  answer.message->error.data = std::make_shared<const Json>(data);
  return answer;
}

Answer status(int http_status) {
  Answer answer;
  answer.http_status = http_status;
  return answer;
}

void leads(const Answer& answer, Way way, const char* version) {
  const StatusOr<Negotiated> next = negotiate(answer);
  REQUIRE_MESSAGE(next.ok(), next.status());
  CHECK(next->way == way);
  CHECK(next->version == version);
}

TEST_CASE("the highest version that both sides have decides how to go on") {
  leads(result({{"supportedVersions", {"2025-11-25", "2026-07-28"}}}), Way::Modern, "2026-07-28");
  leads(result({{"supportedVersions", {"2099-01-01", "2025-06-18", "2025-03-26"}}}), Way::Initialize,
        "2025-06-18");
  leads(error(400, -32022, {{"supported", {"2026-07-28"}}}), Way::AskAgain, "2026-07-28");
  leads(error(400, -32022, {{"supported", {"2025-11-25"}}}), Way::Initialize, "2025-11-25");
  for (const Json& versions : {Json::array(), Json{"2099-01-01"}, Json{1, Json::object()}}) {
    CHECK(negotiate(result({{"supportedVersions", versions}})).status().code() == Code::Invalid);
    CHECK(negotiate(error(400, -32022, {{"supported", versions}})).status().code() == Code::Invalid);
  }
}

TEST_CASE("what is no answer of a modern server leads to the handshake") {
  for (const int http_status : {400, 404, 405, 406, 415, 500, 501})
    leads(status(http_status), Way::Initialize, "2025-11-25");
  for (const int code : {-32600, -32601, -32602, -32000, -32002}) {
    leads(error(200, code), Way::Initialize, "2025-11-25");
    leads(error(400, code), Way::Initialize, "2025-11-25");
  }
  leads(result(Json::object()), Way::Initialize, "2025-11-25");
  leads(result({{"supportedVersions", "2026-07-28"}}), Way::Initialize, "2025-11-25");
}

TEST_CASE("a modern server's refusal, and a status that the handshake would get as well, end the attempt") {
  CHECK(negotiate(error(400, -32020)).status().code() == Code::Invalid);
  CHECK(negotiate(error(400, -32021)).status().code() == Code::Invalid);
  CHECK(negotiate(error(400, -32022)).status().code() == Code::Invalid);
  CHECK(negotiate(status(401)).status().code() == Code::Unauthorized);
  CHECK(negotiate(error(401, -32601)).status().code() == Code::Unauthorized);
  CHECK(negotiate(status(403)).status().code() == Code::Forbidden);
  CHECK(negotiate(status(429)).status().code() == Code::TooManyRequests);
  CHECK(negotiate(status(502)).status().code() == Code::Unavailable);
  CHECK(negotiate(status(503)).status().code() == Code::Unavailable);
  CHECK(negotiate(status(504)).status().code() == Code::Timeout);
}

TEST_CASE("what a server says of itself is cut, cleaned and taken in any shape") {
  const Json odd = {{"protocolVersion", "2025-11-25"},
                    {"serverInfo", {{"name", "a\nb"}, {"title", 7}, {"version", std::string(100, '1')}}},
                    {"instructions", std::string(100, 'x')},
                    {"capabilities", {{"tools", nullptr}}}};
  const mcp::ServerInfo server = *mcp::initialized_server(odd, 20);
  CHECK(server.name == "a b");
  CHECK(server.title.empty());
  CHECK(server.version.size() == 20);
  CHECK(server.instructions.size() == 20);
  CHECK(server.tools);
  CHECK_FALSE(server.tools_list_changed);
  for (const Json& capabilities :
       {Json(), Json(7), Json::array(), Json{{"tools", {{"listChanged", "yes"}}}}}) {
    const mcp::ServerInfo other =
        mcp::discovered_server({{"capabilities", capabilities}, {"_meta", 7}}, "v", 20);
    CHECK(other.capabilities->is_object());
    CHECK_FALSE(other.tools_list_changed);
  }
  CHECK(mcp::initialized_server({{"protocolVersion", "1999-01-01"}}, 20).status().code() == Code::Invalid);
  CHECK(mcp::initialized_server(Json::object(), 20).status().code() == Code::Invalid);
}

}  // namespace
