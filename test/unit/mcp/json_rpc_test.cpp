#include "controller/mcp/message/json_rpc.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

using namespace toolhive;
using mcp::parse_rpc;
using mcp::RpcMessage;
using Kind = mcp::RpcMessage::Kind;

namespace {

RpcMessage parsed(std::string_view text) {
  const StatusOr<RpcMessage> message = parse_rpc(text, 20);
  REQUIRE_MESSAGE(message.ok(), message.status());
  return *message;
}

TEST_CASE("results, errors, requests and notifications are told apart") {
  const RpcMessage result = parsed(R"({"jsonrpc":"2.0","id":1,"result":{"a":[1]}})");
  CHECK(result.kind == Kind::Result);
  CHECK(result.result->dump() == R"({"a":[1]})");
  CHECK(result.answers(1));
  CHECK_FALSE(result.answers(2));
  const RpcMessage error =
      parsed(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"a\nb","data":{"x":1}}})");
  CHECK(error.kind == Kind::Error);
  CHECK(error.error.code == -32022);
  CHECK(error.error.message == "a b");
  CHECK(error.error.data->dump() == R"({"x":1})");
  const RpcMessage request = parsed(R"({"jsonrpc":"2.0","id":"x","method":"ping"})");
  CHECK(request.kind == Kind::Request);
  CHECK(request.method == "ping");
  CHECK(request.params == nullptr);
  CHECK_FALSE(request.answers(1));
  CHECK(parsed(R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})").kind ==
        Kind::Notification);
}

TEST_CASE(
    "an answer belongs to the request of its id, a text to none, an error without one to whatever was "
    "asked") {
  CHECK_FALSE(parsed(R"({"jsonrpc":"2.0","id":"1","result":{}})").answers(1));
  CHECK(parsed(R"({"jsonrpc":"2.0","error":{"code":1,"message":""}})").answers(1));
  CHECK(parsed(R"({"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}})").answers(1));
}

TEST_CASE("what is no message is refused with the reason") {
  const auto refused = [](const std::string& text, const char* why) {
    CAPTURE(text);
    const Status status = parse_rpc(text, 20).status();
    CHECK(status.code() == Code::Decode);
    CHECK_MESSAGE(status.message().find(why) != std::string::npos, status);
  };
  refused("<html>", "not JSON");
  refused(R"([{"jsonrpc":"2.0","id":1,"result":{}}])", "batch");
  refused(R"({"id":1,"result":{}})", "jsonrpc");
  refused("7", "jsonrpc");
  refused(R"({"jsonrpc":"2.0","id":1})", "one of");
  refused(R"({"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1}})", "one of");
  refused(R"({"jsonrpc":"2.0","result":{}})", "id");
  refused(R"({"jsonrpc":"2.0","id":null,"result":{}})", "id");
  refused(R"({"jsonrpc":"2.0","id":1.5,"result":{}})", "id");
  refused(R"({"jsonrpc":"2.0","id":null,"method":"ping"})", "id");
  refused(R"({"jsonrpc":"2.0","id":")" + std::string(300, 'x') + R"(","method":"ping"})", "id");
  refused(R"({"jsonrpc":"2.0","id":1,"result":[]})", "object");
  refused(R"({"jsonrpc":"2.0","id":1,"error":{"code":"x"}})", "code");
  refused(R"({"jsonrpc":"2.0","id":1,"error":7})", "code");
  refused(R"({"jsonrpc":"2.0","method":7})", "method");
}

TEST_CASE("nesting and the number of values are bounded") {
  const auto nested = [](int depth) {
    return R"({"jsonrpc":"2.0","id":1,"result":{"a":)" + std::string(static_cast<std::size_t>(depth), '[') +
           "1" + std::string(static_cast<std::size_t>(depth), ']') + "}}";
  };
  CHECK(parse_rpc(nested(18), 20).ok());
  CHECK(parse_rpc(nested(19), 20).status().code() == Code::Decode);
  CHECK(parse_rpc(nested(100'000), 20).status().code() == Code::Decode);
  std::string many = R"({"jsonrpc":"2.0","id":1,"result":{"a":[1)";
  for (int i = 0; i < 100'000; ++i) many += ",1";
  CHECK(parse_rpc(many + "]}}", 20).status().code() == Code::Decode);
}

TEST_CASE("texts of messages are what their parser reads") {
  const RpcMessage request = parsed(mcp::rpc_request(3, "tools/list", {{"cursor", "x"}}));
  CHECK(request.kind == Kind::Request);
  CHECK(*request.id == 3);
  CHECK(parsed(mcp::rpc_notification("notifications/initialized")).kind == Kind::Notification);
  CHECK(parsed(mcp::rpc_result("a", Json::object())).id->dump() == R"("a")");
  CHECK(parsed(mcp::rpc_error(4, -32601, "no")).error.code == -32601);
  CHECK(request.params->dump() == R"({"cursor":"x"})");
  const RpcMessage result = parsed(mcp::rpc_result_text(5, R"({"tools":[]})"));
  CHECK(*result.id == 5);
  CHECK(result.result->dump() == R"({"tools":[]})");
  const auto data = std::make_shared<const Json>(Json{{"supported", {"2026-07-28"}}});
  const RpcMessage error = parsed(mcp::rpc_error(nullptr, -32022, "no", data));
  CHECK(error.id == nullptr);
  CHECK(*error.error.data == *data);
}

TEST_CASE("an error that quotes what is no UTF-8 is a message nevertheless") {
  CHECK(parsed(mcp::rpc_error(4, -32020, "header \xa1 does not match")).error.message ==
        "header \xef\xbf\xbd does not match");
}

}  // namespace
