#include "controller/bridge/pending_calls.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "controller/bridge/message_text.hpp"
#include "test/unit/bridge/recorded_exchange.hpp"

using namespace toolhive;

using bridge::Call;
using bridge::Message;
using bridge::own_message;
using bridge::Part;
using bridge::PendingCalls;
using bridge_test::RecordedExchange;

namespace {

Message request(const std::string& id, const std::string& token = {}) {
  return own_message(bridge::request_text(
      id, "tools/call", token.empty() ? "{}" : "{\"_meta\":{\"progressToken\":" + token + "}}"));
}

std::uint64_t add(PendingCalls& calls, bridge::Owner owner, Message& message) {
  return calls.add({.owner = owner, .exchange = std::make_shared<RecordedExchange>()}, message);
}

Message answer(std::uint64_t number) {
  return own_message(bridge::result_text(std::to_string(number), "{}"));
}

}  // namespace

TEST_CASE("equal ids of two clients go to the server as two numbers, and come back as they were") {
  PendingCalls calls;
  Message first = request(R"("1")");
  Message second = request(R"("1")");
  const std::uint64_t a = add(calls, 1, first);
  const std::uint64_t b = add(calls, 2, second);
  CHECK(first.raw(Part::Id) != second.raw(Part::Id));
  Message answer_b = answer(b);
  CHECK(calls.take(answer_b)->owner == 2);
  CHECK(answer_b.raw(Part::Id) == R"("1")");
  Message answer_a = answer(a);
  CHECK(calls.take(answer_a)->owner == 1);
  CHECK(calls.size() == 0);
}

TEST_CASE("an answer is taken once, and one to no request is nobody's") {
  PendingCalls calls;
  Message message = request("5");
  const std::uint64_t number = add(calls, 1, message);
  Message first = answer(number);
  CHECK(calls.take(first).has_value());
  Message again = answer(number);
  CHECK_FALSE(calls.take(again).has_value());
  Message text = own_message(bridge::result_text(R"("1")", "{}"));
  CHECK_FALSE(calls.take(text).has_value());
}

TEST_CASE("progress goes to the request whose token it has, with the client's own token") {
  PendingCalls calls;
  Message first = request("1", R"("same")");
  Message second = request("1", R"("same")");
  add(calls, 1, first);
  add(calls, 2, second);
  const std::string token(second.raw(Part::ProgressToken));
  Message progress =
      own_message(bridge::notification_text("notifications/progress", "{\"progressToken\":" + token + "}"));
  CHECK(calls.find(progress)->owner == 2);
  CHECK(progress.raw(Part::Progress) == R"("same")");
  Message stray =
      own_message(bridge::notification_text("notifications/progress", R"({"progressToken":"same"})"));
  CHECK(calls.find(stray) == nullptr);
}

TEST_CASE("progress for a request that asked for none is not passed on") {
  PendingCalls calls;
  Message message = request("1");
  const std::uint64_t number = add(calls, 1, message);
  Message progress = own_message(bridge::notification_text(
      "notifications/progress", "{\"progressToken\":" + std::to_string(number) + "}"));
  CHECK(calls.find(progress) == nullptr);
}

TEST_CASE("what a subscription is told has the client's id") {
  PendingCalls calls;
  Message listen = own_message(bridge::request_text(R"("sub")", "subscriptions/listen", "{}"));
  const std::uint64_t number = add(calls, bridge::kNobody, listen);
  const std::string meta =
      R"({"_meta":{"io.modelcontextprotocol/subscriptionId":)" + std::to_string(number) + "}}";
  Message change = own_message(bridge::notification_text("notifications/tools/list_changed", meta));
  CHECK(calls.find(change) != nullptr);
  CHECK(change.raw(Part::Subscription) == R"("sub")");
  Message end = own_message(bridge::result_text(std::to_string(number), meta));
  CHECK(calls.take(end).has_value());
  CHECK(end.raw(Part::Subscription) == R"("sub")");
}

TEST_CASE("a session cancels its own requests only") {
  PendingCalls calls;
  Message message = request("1");
  const std::uint64_t number = add(calls, 1, message);
  CHECK(calls.number_of(1, "1") == number);
  CHECK_FALSE(calls.number_of(2, "1").has_value());
  CHECK_FALSE(calls.number_of(1, R"("1")").has_value());
}

TEST_CASE("a message about no request is somebody's only while all requests are one client's") {
  PendingCalls calls;
  CHECK(calls.only() == nullptr);
  Message first = request("1");
  Message second = request("2");
  Message third = request("3");
  add(calls, 1, first);
  const std::uint64_t last = add(calls, 1, second);
  CHECK(calls.only()->id == "2");
  add(calls, 2, third);
  CHECK(calls.only() == nullptr);
  CHECK(calls.latest(1)->id == "2");
  CHECK(calls.take(last).has_value());
  CHECK(calls.latest(1)->id == "1");
}

TEST_CASE("two requests without a session may be of two clients") {
  PendingCalls calls;
  Message first = request("1");
  Message second = request("2");
  add(calls, bridge::kNobody, first);
  CHECK(calls.only() != nullptr);
  add(calls, bridge::kNobody, second);
  CHECK(calls.only() == nullptr);
}
