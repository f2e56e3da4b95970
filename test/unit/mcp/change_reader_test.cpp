// What is heard in the bytes of a stream on which a server tells of changes, and what its end
// means.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "controller/mcp/client/change_reader.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::mcp;
using std::chrono::seconds;

constexpr std::int64_t kSubscriptionId = 7;

const HttpHead kEventStream{200, {{"content-type", "text/event-stream; charset=utf-8"}}};

std::string notification(const std::string& method, const Json& params) {
  return "event: message\ndata: " + Json{{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}.dump() +
         "\n\n";
}

Json about(const Json& subscription) {
  return {{"io.modelcontextprotocol/subscriptionId", subscription}};
}

std::string acknowledgement(const Json& agreed = {{"toolsListChanged", true}},
                            const Json& subscription = kSubscriptionId) {
  return notification("notifications/subscriptions/acknowledged",
                      {{"_meta", about(subscription)}, {"notifications", agreed}});
}

std::string change(const Json& subscription = kSubscriptionId) {
  return notification("notifications/tools/list_changed", {{"_meta", about(subscription)}});
}

// A reader, what it was told of, and the time.
struct Hearing {
  explicit Hearing(std::optional<std::int64_t> id = kSubscriptionId, const ListenLimits& limits = {})
      : reader(id, limits,
               {[this] { ++listening; }, [this] { ++changed; }, [this](const RpcMessage&) { ++asked; }}) {}

  StatusOr<StreamState> take(std::string_view bytes, const HttpHead& head = kEventStream) {
    if (!std::exchange(begun, true))
      if (auto state = reader.take(head, {}, now); !state.ok()) return state;
    return reader.take(head, bytes, now);
  }
  // What is told of a stream of these bytes, after which the server closes it.
  Status ended(std::string_view bytes, const HttpHead& head = kEventStream) {
    const auto state = take(bytes, head);
    return reader.finish(state.ok() ? Status(Code::EndOfStream, "") : state.status());
  }

  int listening = 0;
  int changed = 0;
  int asked = 0;
  bool begun = false;
  TimePoint now{};
  ChangeReader reader;
};

}  // namespace

TEST_SUITE_BEGIN("changes that are told");

TEST_CASE("a modern stream is open once it is acknowledged, and each change after that is heard") {
  Hearing h;
  CHECK(*h.take(": still there\n\n") == StreamState::Opening);
  CHECK(h.listening == 0);
  CHECK(*h.take(acknowledgement()) == StreamState::Open);
  CHECK(h.listening == 1);
  CHECK(*h.take(acknowledgement() + change() + change()) == StreamState::Open);
  CHECK(h.listening == 1);
  CHECK(h.changed == 2);
  // Another kind of change, another's subscription, and one that does not say whose it is.
  CHECK(h.take(notification("notifications/prompts/list_changed", Json::object()) + change(8)).ok());
  CHECK(h.changed == 2);
  CHECK(h.take(notification("notifications/tools/list_changed", Json())).ok());
  CHECK(h.changed == 3);
}

TEST_CASE("a legacy stream is open as soon as it is there, and what its server asks is passed on") {
  Hearing h(std::nullopt);
  CHECK(*h.take({}) == StreamState::Open);
  CHECK(h.listening == 1);
  CHECK(*h.take(notification("notifications/tools/list_changed", Json::object()) +
                "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n\n"
                "data: {\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{}}\n\n") == StreamState::Open);
  CHECK(h.changed == 1);
  CHECK(h.asked == 1);
  CHECK(h.reader.finish({Code::EndOfStream, ""}).code() == Code::Unavailable);
}

TEST_CASE("a server that does not offer it is told apart from one that fails") {
  const HttpHead json{200, {{"content-type", "application/json"}}};
  const HttpHead missing{404, {{"content-type", "application/json"}}};
  const std::string unknown = R"({"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no"}})";
  CHECK(Hearing().ended(unknown, missing).reason() == kNotOffered);
  CHECK(Hearing().ended(unknown, json).reason() == kNotOffered);
  CHECK(Hearing().ended("data: " + unknown + "\n\n").reason() == kNotOffered);
  CHECK(Hearing().ended(acknowledgement(Json::object())).reason() == kNotOffered);
  CHECK(Hearing().ended(R"({"jsonrpc":"2.0","id":7,"result":{}})", json).reason() == kNotOffered);
  CHECK(Hearing(std::nullopt).ended("", {405, {}}).reason() == kNotOffered);
  CHECK(Hearing().ended(unknown, missing).code() == Code::NotFound);

  CHECK(Hearing().ended("", {401, {}}).code() == Code::Unauthorized);
  CHECK(Hearing().ended("", {503, {{"retry-after", "30"}}}).retry_after() == seconds(30));
  CHECK(Hearing().ended("<html>", {200, {{"content-type", "text/html"}}}).code() == Code::Decode);
  CHECK(Hearing(std::nullopt).ended("", {404, {}}).reason().empty());
  CHECK(Hearing().ended("", {500, {}}).message().starts_with("subscriptions/listen: "));
  // It acknowledges, and agrees to nothing of it.
  for (const Json& agreed :
       {Json{{"toolsListChanged", false}}, Json{{"toolsListChanged", "true"}}, Json::object()})
    CHECK(Hearing().ended(acknowledgement(agreed)).reason() == kNotOffered);
}

TEST_CASE("a stream that ends in order, one that breaks off and one that refuses are told apart") {
  CHECK(
      Hearing().ended(acknowledgement() + "data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{}}\n\n").code() ==
      Code::EndOfStream);
  CHECK(Hearing().ended(acknowledgement()).code() == Code::Unavailable);
  CHECK(Hearing()
            .ended("data: {\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32602,\"message\":\"no\"}}\n\n")
            .code() == Code::Invalid);
}

TEST_CASE("what is no stream of changes is refused") {
  CHECK(Hearing().ended(change()).code() == Code::Decode);
  CHECK(Hearing().ended("data: {\n\n").code() == Code::Decode);
  CHECK(Hearing().ended("data: {\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{}}\n\n").code() == Code::Decode);
  HttpHead packed = kEventStream;
  packed.headers["content-encoding"] = "gzip";
  CHECK(Hearing().ended("", packed).code() == Code::Decode);
}

TEST_CASE("events have a size, and a minute a number of messages and of bytes") {
  CHECK(Hearing().ended("data: " + std::string(65U << 10, 'x')).code() == Code::TooLarge);

  ListenLimits limits;
  Hearing h(kSubscriptionId, limits);
  REQUIRE(h.take(acknowledgement()).ok());
  for (int minute = 0; minute < 3; ++minute) {
    for (int i = 0; i < limits.messages_per_minute - 1; ++i) REQUIRE(h.take(change()).ok());
    h.now += std::chrono::minutes(1);
  }
  for (int i = 0; i < limits.messages_per_minute; ++i) REQUIRE(h.take(change()).ok());
  const auto flooded = h.take(change());
  CHECK(flooded.status().reason() == kFlooding);
  CHECK(flooded.status().code() == Code::TooManyRequests);

  Hearing comments;
  const std::string kilobyte = ":" + std::string(1021, 'x') + "\n\n";
  for (int i = 0; i < 1024; ++i) REQUIRE(comments.take(kilobyte).ok());
  CHECK(comments.take(kilobyte).status().reason() == kFlooding);
}

TEST_SUITE_END();
