// The bridge with servers that the tests play, and a clock that they turn.
#include "controller/bridge/bridge.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "controller/bridge/message_text.hpp"
#include "controller/mcp/message/protocol.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/bridge/fake_server.hpp"
#include "test/unit/bridge/recorded_exchange.hpp"

using namespace toolhive;

using bridge::Message;
using bridge::own_message;
using bridge::Part;
using bridge_test::FakeServer;
using bridge_test::FakeServers;
using bridge_test::RecordedExchange;

namespace {

using Recorded = std::shared_ptr<RecordedExchange>;

constexpr const char* kInitializeResult =
    R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{"listChanged":true}},"serverInfo":{"name":"s","version":"1"},"instructions":"Be kind."})";
constexpr const char* kDiscoverResult =
    R"({"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{},"ttlMs":0,"cacheScope":"private"})";

// Answers the request in `line`.
void answer(const FakeServer& server, const std::string& line, const std::string& result) {
  server.say(bridge::result_text(own_message(line).raw(Part::Id), result));
}

void refuse(const FakeServer& server, const std::string& line) {
  server.say(bridge::error_text(own_message(line).raw(Part::Id), -32601, "Method not found"));
}

std::string method_of(const std::string& line) {
  return own_message(line).string(Part::Method);
}

struct Fixture {
  explicit Fixture(bridge::BridgeOptions options = {}) : bridge(options, servers.launch(), clock) {}

  void start_legacy() {
    REQUIRE(bridge.start().ok());
    refuse(server(), server().last());
    answer(server(), server().last(), kInitializeResult);
  }
  void start_modern() {
    REQUIRE(bridge.start().ok());
    answer(server(), server().last(), kDiscoverResult);
  }
  FakeServer& server() { return *servers.all.front(); }

  Recorded initialize() {
    auto exchange = std::make_shared<RecordedExchange>();
    bridge.initialize(own_message(bridge::request_text(
                          R"("i")", "initialize", R"({"protocolVersion":"2025-06-18","capabilities":{}})")),
                      exchange);
    return exchange;
  }
  std::string session() { return initialize()->session; }
  Recorded legacy(const std::string& session, const std::string& text) {
    auto exchange = std::make_shared<RecordedExchange>();
    bridge.legacy(session, own_message(text), exchange);
    return exchange;
  }
  Recorded call(const std::string& session, const std::string& id) {
    return legacy(session, bridge::request_text(id, "tools/call", "{}"));
  }
  Recorded modern(const std::string& id, const std::string& method) {
    auto exchange = std::make_shared<RecordedExchange>();
    bridge.modern(own_message(bridge::request_text(
                      id, method, R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})")),
                  exchange);
    return exchange;
  }
  Recorded listen(const std::string& session) {
    auto exchange = std::make_shared<RecordedExchange>();
    bridge.listen(session, exchange);
    return exchange;
  }
  void pass(Duration time) {
    clock.advance(time);
    bridge.tick();
  }

  testing::SimulatedClock clock;
  FakeServers servers;
  bridge::Bridge bridge;
};

bridge::BridgeOptions per_session() {
  bridge::BridgeOptions options;
  options.process_per_session = true;
  return options;
}

std::string change() {
  return bridge::notification_text("notifications/tools/list_changed");
}

}  // namespace

TEST_CASE("a server is asked for a modern version first, and a handshake follows when it has none") {
  Fixture test;
  REQUIRE(test.bridge.start().ok());
  CHECK(method_of(test.server().last()) == "server/discover");
  CHECK(own_message(test.server().last()).string(Part::MetaVersion) == "2026-07-28");
  refuse(test.server(), test.server().last());
  CHECK(method_of(test.server().last()) == "initialize");
  answer(test.server(), test.server().last(), kInitializeResult);
  CHECK(method_of(test.server().last()) == "notifications/initialized");
}

TEST_CASE("a server that is silent at server/discover is tried as a legacy one") {
  Fixture test;
  REQUIRE(test.bridge.start().ok());
  test.pass(std::chrono::seconds(9));
  CHECK(test.server().heard.size() == 1);
  test.pass(std::chrono::seconds(2));
  CHECK(method_of(test.server().last()) == "initialize");
  answer(test.server(), test.server().last(), kInitializeResult);
  CHECK_FALSE(test.session().empty());
}

TEST_CASE("a modern server that was slow to start is one, though it refuses the handshake") {
  Fixture test;
  REQUIRE(test.bridge.start().ok());
  test.pass(std::chrono::seconds(11));
  REQUIRE(test.server().heard.size() == 2);
  const auto heard = test.server().heard;
  SUBCASE("discovery is answered first") {
    answer(test.server(), heard[0], kDiscoverResult);
    refuse(test.server(), heard[1]);
  }
  SUBCASE("the handshake is refused first") {
    refuse(test.server(), heard[1]);
    answer(test.server(), heard[0], kDiscoverResult);
  }
  CHECK_FALSE(test.server().asked_to_end);
  test.modern("1", "tools/list");
  CHECK(method_of(test.server().last()) == "tools/list");
}

TEST_CASE("a server that answers nothing at all is started again") {
  Fixture test;
  REQUIRE(test.bridge.start().ok());
  test.pass(std::chrono::seconds(11));
  test.pass(std::chrono::minutes(3));
  CHECK(test.server().asked_to_end);
}

TEST_CASE("a server whose discovery names legacy versions only gets a handshake") {
  Fixture test;
  REQUIRE(test.bridge.start().ok());
  answer(test.server(), test.server().last(), R"({"supportedVersions":["2025-11-25"],"capabilities":{}})");
  CHECK(method_of(test.server().last()) == "initialize");
}

TEST_CASE("a program that does not exist is told at the start") {
  Fixture test;
  test.servers.missing = true;
  CHECK(test.bridge.start().code() == Code::NotFound);
}

TEST_CASE("an initialize is answered by what the server said, in the client's older version") {
  Fixture test;
  test.start_legacy();
  const std::size_t heard = test.server().heard.size();
  const Recorded opened = test.initialize();
  const Message answered = own_message(opened->answered);
  CHECK(answered.raw(Part::Id) == R"("i")");
  CHECK(answered.string(Part::Version) == "2025-06-18");
  CHECK(answered.raw(Part::Capabilities) == R"({"tools":{"listChanged":true}})");
  CHECK(answered.string(Part::Instructions) == "Be kind.");
  CHECK(opened->session.size() == 32);
  CHECK(test.session() != opened->session);
  // The handshake of the process is done; it hears no second one.
  test.legacy(opened->session, bridge::notification_text("notifications/initialized"));
  CHECK(test.server().heard.size() == heard);
}

TEST_CASE("an initialize that comes before the server is ready waits for it") {
  Fixture test;
  REQUIRE(test.bridge.start().ok());
  const Recorded opened = test.initialize();
  CHECK(opened->ends == 0);
  refuse(test.server(), test.server().last());
  answer(test.server(), test.server().last(), kInitializeResult);
  CHECK_FALSE(opened->session.empty());
}

TEST_CASE("two sessions share a process and never see each other's answers") {
  Fixture test;
  test.start_legacy();
  const std::string a = test.session();
  const std::string b = test.session();
  const Recorded call_a = test.call(a, "1");
  const std::string line_a = test.server().last();
  const Recorded call_b = test.call(b, "1");
  const std::string line_b = test.server().last();
  answer(test.server(), line_b, R"({"of":"b"})");
  CHECK(call_b->answered == R"({"jsonrpc":"2.0","id":1,"result":{"of":"b"}})");
  CHECK(call_a->ends == 0);
  answer(test.server(), line_a, R"({"of":"a"})");
  CHECK(call_a->answered == R"({"jsonrpc":"2.0","id":1,"result":{"of":"a"}})");
  CHECK(test.servers.all.size() == 1);
}

TEST_CASE("a log message goes to the only client that waits, and to nobody when two do") {
  Fixture test;
  test.start_legacy();
  const std::string a = test.session();
  const std::string b = test.session();
  const std::string secret = bridge::notification_text("notifications/message", R"({"data":"of a"})");
  const Recorded call_a = test.call(a, "1");
  test.server().say(secret);
  CHECK(call_a->sent.size() == 1);
  const Recorded call_b = test.call(b, "1");
  const Recorded stream_b = test.listen(b);
  test.server().say(secret);
  CHECK(call_a->sent.size() == 1);
  CHECK(call_b->sent.empty());
  CHECK(stream_b->sent.empty());
}

TEST_CASE("a change is told to each session that listens") {
  Fixture test;
  test.start_legacy();
  const std::string a = test.session();
  const std::string b = test.session();
  const Recorded stream_a = test.listen(a);
  const Recorded stream_b = test.listen(b);
  CHECK(stream_a->streaming);
  test.server().say(change());
  CHECK(stream_a->sent.size() == 1);
  CHECK(stream_b->sent.size() == 1);
  // The client went away, or came back by another connection.
  test.bridge.gone(a, *stream_a);
  const Recorded again = test.listen(b);
  CHECK(stream_b->accepted);
  test.server().say(change());
  CHECK(stream_a->sent.size() == 1);
  CHECK(stream_b->sent.size() == 1);
  CHECK(again->sent.size() == 1);
}

TEST_CASE("a process that is shared has nobody to ask, and is answered when it pings") {
  Fixture test;
  test.start_legacy();
  test.call(test.session(), "1");
  test.server().say(bridge::request_text("9", "sampling/createMessage", "{}"));
  CHECK(own_message(test.server().last()).raw(Part::ErrorCode) == "-32601");
  test.server().say(bridge::request_text("10", "ping", "{}"));
  CHECK(test.server().last() == R"({"jsonrpc":"2.0","id":10,"result":{}})");
}

TEST_CASE("cancelling reaches the server by the number that it knows, and frees the request") {
  Fixture test;
  test.start_legacy();
  const std::string a = test.session();
  const std::string b = test.session();
  const Recorded call = test.call(a, "1");
  const std::string number(own_message(test.server().last()).raw(Part::Id));
  const std::string cancel = bridge::notification_text("notifications/cancelled", R"({"requestId":1})");
  const std::size_t heard = test.server().heard.size();
  CHECK(test.legacy(b, cancel)->accepted);
  CHECK(test.server().heard.size() == heard);
  CHECK(test.legacy(a, cancel)->accepted);
  CHECK(own_message(test.server().last()).raw(Part::RequestId) == number);
  CHECK(call->ends == 1);
  // Its answer was under way.
  test.server().say(bridge::result_text(number, "{}"));
  CHECK(call->ends == 1);
}

TEST_CASE("a session that has ended is gone, and so are its requests") {
  Fixture test;
  test.start_legacy();
  const std::string id = test.session();
  const Recorded call = test.call(id, "1");
  RecordedExchange ended;
  test.bridge.end(id, ended);
  CHECK(ended.accepted);
  CHECK(call->status == 504);
  CHECK(method_of(test.server().last()) == "notifications/cancelled");
  CHECK(test.call(id, "2")->status == 404);
  CHECK(test.listen(id)->status == 404);
  RecordedExchange again;
  test.bridge.end(id, again);
  CHECK(again.status == 404);
}

TEST_CASE("an unused session is ended, and one that listens is not") {
  Fixture test;
  test.start_legacy();
  const std::string unused = test.session();
  const std::string used = test.session();
  test.listen(used);
  test.pass(std::chrono::minutes(29));
  test.pass(std::chrono::minutes(2));
  CHECK(test.call(unused, "1")->status == 404);
  CHECK(test.call(used, "1")->ends == 0);
}

TEST_CASE("there are as many sessions as the options say") {
  bridge::BridgeOptions options;
  options.sessions.most = 2;
  Fixture test(options);
  test.start_legacy();
  const std::string first = test.session();
  test.session();
  CHECK(test.initialize()->status == 503);
  RecordedExchange ended;
  test.bridge.end(first, ended);
  test.bridge.tick();
  CHECK_FALSE(test.session().empty());
}

TEST_CASE("unanswered requests have a bound for one session and for all") {
  bridge::BridgeOptions options;
  options.backend.most_calls = 3;
  options.backend.most_calls_of_one = 2;
  Fixture test(options);
  test.start_legacy();
  const std::string a = test.session();
  const std::string b = test.session();
  test.call(a, "1");
  test.call(a, "2");
  CHECK(test.call(a, "3")->status == 429);
  CHECK(test.call(b, "1")->ends == 0);
  CHECK(test.call(b, "2")->status == 503);
}

TEST_CASE("a server that does not read is told to the client, and holds nothing up") {
  Fixture test;
  test.start_legacy();
  const std::string id = test.session();
  test.server().reads = false;
  CHECK(test.call(id, "1")->status == 503);
  test.server().reads = true;
  const Recorded later = test.call(id, "1");
  answer(test.server(), test.server().last(), "{}");
  CHECK_FALSE(later->answered.empty());
}

TEST_CASE("a request that takes too long is given up on both sides") {
  Fixture test;
  test.start_legacy();
  const Recorded call = test.call(test.session(), "1");
  test.pass(std::chrono::minutes(4));
  CHECK(call->ends == 0);
  CHECK(call->ticks > 0);
  test.pass(std::chrono::minutes(2));
  CHECK(call->status == 504);
  CHECK(method_of(test.server().last()) == "notifications/cancelled");
}

TEST_CASE("a server that dies fails its requests, is started again, and sessions live on") {
  Fixture test;
  test.start_legacy();
  const std::string id = test.session();
  const Recorded call = test.call(id, "1");
  test.server().end("ended with exit code 3");
  CHECK(call->status == 502);
  CHECK(call->reason.find("exit code 3") != std::string::npos);
  CHECK(test.call(id, "2")->status == 503);
  CHECK(test.servers.all.size() == 1);
  test.pass(std::chrono::seconds(1));
  REQUIRE(test.servers.all.size() == 2);
  refuse(test.servers.newest(), test.servers.newest().last());
  answer(test.servers.newest(), test.servers.newest().last(), kInitializeResult);
  const Recorded again = test.call(id, "3");
  answer(test.servers.newest(), test.servers.newest().last(), "{}");
  CHECK_FALSE(again->answered.empty());
}

TEST_CASE("a server that keeps dying is started less and less often") {
  Fixture test;
  REQUIRE(test.bridge.start().ok());
  for (int i = 0; i < 600; ++i) {
    if (!test.servers.newest().asked_to_end) {
      test.servers.newest().asked_to_end = true;
      test.servers.newest().end("ended with exit code 1");
    }
    test.pass(std::chrono::milliseconds(100));
  }
  // In a minute; without backoff it would be 600 times.
  CHECK(test.servers.all.size() > 3);
  CHECK(test.servers.all.size() < 12);
}

TEST_CASE("a server that refuses the handshake is ended and says why") {
  Fixture test;
  REQUIRE(test.bridge.start().ok());
  refuse(test.server(), test.server().last());
  refuse(test.server(), test.server().last());
  CHECK(test.server().asked_to_end);
  test.server().end("ended by signal 15");
  Status told;
  test.bridge.check([&](const Status& status) { told = status; });
  CHECK(told.message().find("refuses a handshake") != std::string::npos);
}

TEST_CASE("readiness is what the server answers, not that it runs") {
  Fixture test;
  test.start_legacy();
  int answers = 0;
  Status told;
  const auto keep = [&](const Status& status) {
    ++answers;
    told = status;
  };
  test.bridge.check(keep);
  CHECK(method_of(test.server().last()) == "ping");
  CHECK(answers == 0);
  answer(test.server(), test.server().last(), "{}");
  CHECK(told.ok());
  test.bridge.check(keep);
  test.pass(std::chrono::seconds(3));
  CHECK(answers == 2);
  CHECK(told.code() == Code::Unavailable);
}

TEST_CASE("modern requests reach a modern server as they are, and their subscriptions last") {
  Fixture test;
  test.start_modern();
  const Recorded discover = test.modern("1", "server/discover");
  answer(test.server(), test.server().last(), R"({"resultType":"complete"})");
  CHECK(discover->answered == R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete"}})");
  const Recorded listen = test.modern(R"("l")", "subscriptions/listen");
  const std::string number(own_message(test.server().last()).raw(Part::Id));
  test.server().say(
      bridge::notification_text("notifications/tools/list_changed",
                                R"({"_meta":{"io.modelcontextprotocol/subscriptionId":)" + number + "}}"));
  REQUIRE(listen->sent.size() == 1);
  CHECK(own_message(listen->sent.front()).raw(Part::Subscription) == R"("l")");
  test.pass(std::chrono::hours(1));
  CHECK(listen->ends == 0);
  test.bridge.drain();
  CHECK(own_message(listen->answered).raw(Part::Subscription) == R"("l")");
}

TEST_CASE("a modern server never hears an initialize, by which it would change its era") {
  Fixture test;
  test.start_modern();
  const std::size_t heard = test.server().heard.size();
  CHECK(test.modern("1", "initialize")->status == 404);
  CHECK(test.server().heard.size() == heard);
}

TEST_CASE("a modern client that goes away cancels its request") {
  Fixture test;
  test.start_modern();
  const Recorded call = test.modern("1", "tools/call");
  const std::string number(own_message(test.server().last()).raw(Part::Id));
  test.bridge.gone({}, *call);
  CHECK(method_of(test.server().last()) == "notifications/cancelled");
  CHECK(own_message(test.server().last()).raw(Part::RequestId) == number);
}

TEST_CASE("a modern client is told which versions there are") {
  Fixture test;
  test.start_modern();
  auto exchange = std::make_shared<RecordedExchange>();
  test.bridge.modern(
      own_message(bridge::request_text(
          "1", "tools/list", R"({"_meta":{"io.modelcontextprotocol/protocolVersion":"1900-01-01"}})")),
      exchange);
  CHECK(exchange->status == 400);
  CHECK(exchange->error == mcp::kUnsupportedVersion);
  CHECK(exchange->reason.find(R"({"supported":["2026-07-28"],"requested":"1900-01-01"})") !=
        std::string::npos);
}

TEST_CASE("a legacy server is a modern one to modern clients") {
  Fixture test;
  test.start_legacy();
  const Message discover = own_message(test.modern("1", "server/discover")->answered);
  CHECK(discover.raw(Part::SupportedVersions) == R"(["2026-07-28"])");
  CHECK(discover.raw(Part::Capabilities) == R"({"tools":{"listChanged":true}})");
  CHECK(discover.raw(Part::MetaServerInfo) == R"({"name":"s","version":"1"})");
  const Recorded list = test.modern("2", "tools/list");
  answer(test.server(), test.server().last(), R"({"tools":[1e2]})");
  CHECK(
      list->answered ==
      R"({"jsonrpc":"2.0","id":2,"result":{"cacheScope":"private","ttlMs":0,"resultType":"complete","tools":[1e2]}})");
  const Recorded call = test.modern("3", "tools/call");
  // A modern client that goes away cancels it here, too.
  test.bridge.gone({}, *call);
  CHECK(method_of(test.server().last()) == "notifications/cancelled");
  for (const char* const method : {"initialize", "ping", "logging/setLevel", "subscriptions/listen"})
    CHECK(test.modern("4", method)->status == 404);
}

TEST_CASE("a server of both eras is run once for each") {
  Fixture test;
  test.start_modern();
  CHECK(test.servers.all.size() == 1);
  const Recorded opened = test.initialize();
  REQUIRE(test.servers.all.size() == 2);
  CHECK(method_of(test.servers.newest().last()) == "initialize");
  answer(test.servers.newest(), test.servers.newest().last(), kInitializeResult);
  CHECK_FALSE(opened->session.empty());
  test.modern("1", "tools/list");
  CHECK(method_of(test.server().last()) == "tools/list");
  test.call(opened->session, "1");
  CHECK(method_of(test.servers.newest().last()) == "tools/call");
  CHECK(test.servers.all.size() == 2);
}

TEST_CASE("a session with a process of its own does the handshake itself, and ends with it") {
  Fixture test(per_session());
  test.start_legacy();
  const Recorded opened = test.initialize();
  REQUIRE(test.servers.all.size() == 2);
  FakeServer& own = test.servers.newest();
  CHECK(method_of(own.last()) == "initialize");
  CHECK(own_message(own.last()).string(Part::Version) == "2025-06-18");
  answer(own, own.last(), kInitializeResult);
  CHECK(own_message(opened->answered).string(Part::Version) == "2025-11-25");
  test.legacy(opened->session, bridge::notification_text("notifications/initialized"));
  CHECK(method_of(own.last()) == "notifications/initialized");
  own.end("ended with exit code 0");
  CHECK(test.call(opened->session, "1")->status == 404);
  test.pass(std::chrono::minutes(1));
  CHECK(test.servers.all.size() == 2);
}

TEST_CASE("a process of its own may ask its client, on the request that came last or on the stream") {
  Fixture test(per_session());
  test.start_legacy();
  const std::string id = test.initialize()->session;
  FakeServer& own = test.servers.newest();
  answer(own, own.last(), kInitializeResult);
  const std::string question = bridge::request_text("\"q\"", "roots/list", "{}");
  own.say(question);
  CHECK(own_message(own.last()).has(Part::Error));  // nobody listens
  const Recorded stream = test.listen(id);
  own.say(question);
  CHECK(stream->sent.size() == 1);
  const Recorded call = test.call(id, "1");
  own.say(question);
  REQUIRE(call->sent.size() == 1);
  CHECK(call->sent.front() == question);
  const std::string roots = bridge::result_text("\"q\"", R"({"roots":[]})");
  CHECK(test.legacy(id, roots)->accepted);
  CHECK(own.last() == roots);
}

TEST_CASE("a session whose initialize the server refuses leaves no process") {
  Fixture test(per_session());
  test.start_legacy();
  const Recorded opened = test.initialize();
  refuse(test.servers.newest(), test.servers.newest().last());
  CHECK_FALSE(opened->answered.empty());
  CHECK(test.servers.newest().asked_to_end);
}

TEST_CASE("stopping asks every process to end, and starts none again") {
  Fixture test(per_session());
  test.start_legacy();
  test.session();
  test.bridge.stop();
  for (const auto& server : test.servers.all) {
    CHECK(server->asked_to_end);
    server->end("ended with exit code 0");
  }
  test.pass(std::chrono::minutes(1));
  CHECK(test.bridge.stopped());
  CHECK(test.servers.all.size() == 2);
}

TEST_CASE("lines that are no messages are left out") {
  Fixture test;
  test.start_legacy();
  const Recorded call = test.call(test.session(), "1");
  const std::string line = test.server().last();
  test.server().say("Listening on stdio...");
  test.server().say("[]");
  answer(test.server(), line, "{}");
  CHECK(call->ends == 1);
}
