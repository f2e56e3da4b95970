#include "controller/bridge/message.hpp"

#include <doctest/doctest.h>

#include <string>

#include "controller/bridge/message_text.hpp"

using namespace toolhive;

using bridge::Message;
using bridge::Part;

namespace {

Code code_of(const std::string& text) {
  return Message::parse(text).status().code();
}

}  // namespace

TEST_CASE("a message keeps every byte that is not replaced") {
  Message message = *Message::parse(
      R"({ "params":{"z":1e300,"a":123456789012345678901234567890.10,"_meta":{"progressToken":"p"}}, "id" : "x", "jsonrpc":"2.0","method":"tools/call","u":"\u00e9"})");
  message.replace(Part::Id, "77");
  message.replace(Part::ProgressToken, "77");
  CHECK(
      message.text() ==
      R"({ "params":{"z":1e300,"a":123456789012345678901234567890.10,"_meta":{"progressToken":77}}, "id" : 77, "jsonrpc":"2.0","method":"tools/call","u":"\u00e9"})");
  message.replace(Part::Id, R"("a longer id than before")");
  CHECK(message.raw(Part::Id) == R"("a longer id than before")");
  CHECK(message.string(Part::Method) == "tools/call");
  CHECK(message.raw(Part::ProgressToken) == "77");
}

TEST_CASE("members are added to objects with and without members") {
  Message empty = *Message::parse(R"({"jsonrpc":"2.0","id":1,"result":{ }})");
  empty.add_member(Part::Result, R"("ttlMs":0)");
  CHECK(empty.text() == R"({"jsonrpc":"2.0","id":1,"result":{"ttlMs":0 }})");
  Message full = *Message::parse(R"({"jsonrpc":"2.0","result":{"resultType":"complete"},"id":1})");
  full.add_member(Part::Result, R"("ttlMs":0)");
  CHECK(full.text() == R"({"jsonrpc":"2.0","result":{"ttlMs":0,"resultType":"complete"},"id":1})");
  CHECK(full.string(Part::ResultType) == "complete");
  CHECK(full.raw(Part::Id) == "1");
}

TEST_CASE("a message goes out on one line, however it came") {
  CHECK((*Message::parse("{\"jsonrpc\":\"2.0\",\r\n \"method\":\"a\\nb\"\n}")).line() ==
        "{\"jsonrpc\":\"2.0\",   \"method\":\"a\\nb\" }");
}

TEST_CASE("requests, notifications and responses are told apart") {
  CHECK((*Message::parse(R"({"jsonrpc":"2.0","id":"","method":"m"})")).kind() == Message::Kind::Request);
  CHECK((*Message::parse(R"({"jsonrpc":"2.0","method":"m"})")).kind() == Message::Kind::Notification);
  CHECK((*Message::parse(R"({"jsonrpc":"2.0","id":-5,"result":{}})")).kind() == Message::Kind::Response);
  CHECK((*Message::parse(R"({"jsonrpc":"2.0","id":null,"error":{"code":1}})")).kind() ==
        Message::Kind::Response);
}

TEST_CASE("what is no message of JSON-RPC is refused") {
  CHECK(code_of("") == Code::Decode);
  CHECK(code_of("{") == Code::Decode);
  CHECK(code_of(R"({"jsonrpc":"2.0","method":"m"} x)") == Code::Decode);
  CHECK(code_of(R"([{"jsonrpc":"2.0","method":"m"}])") == Code::Invalid);
  CHECK(code_of(R"("text")") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"1.0","method":"m"})") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","method":"m","id":1.5})") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","method":"m","id":null})") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","method":"m","id":{}})") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","method":"m","id":1,"params":[]})") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","method":1})") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1})") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"result":"text"})") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"progressToken":{}}}})") ==
        Code::Invalid);
}

TEST_CASE("an id or token that would have to be kept is of a bounded length") {
  const auto with_id = [](std::size_t size) {
    return R"({"jsonrpc":"2.0","method":"m","id":")" + std::string(size, 'x') + R"("})";
  };
  CHECK(code_of(with_id(1022)) == Code::Ok);
  CHECK(code_of(with_id(1023)) == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"_meta":{"progressToken":")" +
                std::string(1023, 'x') + R"("}}})") == Code::Invalid);
}

TEST_CASE("a part that stands twice is refused, as nobody knows which of them counts") {
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"method":"m","id":2})") == Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"name":"a","name":"b"}})") ==
        Code::Invalid);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"method":"m","params":{"other":"a","other":"b"}})") == Code::Ok);
}

TEST_CASE("a message may have more values than a document, and no more depth") {
  std::string many = R"({"jsonrpc":"2.0","id":1,"result":{"values":[0)";
  for (int i = 0; i < 60'000; ++i) many += ",0";
  CHECK(code_of(many + "]}}") == Code::Ok);
  CHECK(code_of(R"({"jsonrpc":"2.0","id":1,"result":{"deep":)" + std::string(2000, '[') +
                std::string(2000, ']') + "}}") == Code::Decode);
}

TEST_CASE("the bridge's own messages say what they are given") {
  CHECK(bridge::error_text("7", -32000, "a \"b\"\n", "{}") ==
        R"({"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"a \"b\"\n","data":{}}})");
  CHECK(bridge::error_text({}, -1, "") == R"({"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":""}})");
  CHECK(bridge::result_text("\"a\"", "{}") == R"({"jsonrpc":"2.0","id":"a","result":{}})");
  CHECK(bridge::notification_text("n") == R"({"jsonrpc":"2.0","method":"n"})");
}
