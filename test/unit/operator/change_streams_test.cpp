// Which servers are listened to at one time, and when a stream to another begins.
#include "controller/operator/server/change_streams.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "controller/testing/simulated_clock.hpp"
#include "test/unit/mcp/scripted_server.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Key;
using std::chrono::seconds;

// Acknowledges each stream and waits for its end, or refuses all.
class StreamingServer {
 public:
  std::string url() const { return server_.url(); }
  int open() const { return open_; }
  int asked() const { return asked_; }
  void refuse_with(const std::string& headers) { refusal_ = headers; }

 private:
  void serve(const Asked& asked, Connection& connection) {
    if (asked.method() != "subscriptions/listen") return serve_modern(asked, connection);
    ++asked_;
    if (!refusal_.empty()) return connection.reply(503, "", refusal_);
    const Json params = {{"_meta", {{"io.modelcontextprotocol/subscriptionId", asked.body.at("id")}}},
                         {"notifications", {{"toolsListChanged", true}}}};
    const Json acknowledged = {
        {"jsonrpc", "2.0"}, {"method", "notifications/subscriptions/acknowledged"}, {"params", params}};
    ++open_;
    begin_stream(connection);
    send_event(connection, "data: " + acknowledged.dump());
    connection.wait_closed();
    --open_;
  }

  std::atomic<int> open_ = 0;
  std::atomic<int> asked_ = 0;
  std::string refusal_;
  ScriptedServer server_{[this](const Asked& asked, Connection& connection) { serve(asked, connection); }};
};

struct Following {
  explicit Following(int most = 64) : streams(metrics, clock, {.most = most, .limits = {}}, events()) {}

  ChangeStreams::Events events() {
    const auto moves = [this](const Key&) {
      const std::lock_guard lock(mutex);
      moved.notify_all();
    };
    return {moves, moves, moves};
  }
  void follow(const Key& tool, const std::string& url, const std::string& revision = "1") {
    StatusOr<mcp::Client> client = mcp::Client::make(options_for(url));
    REQUIRE_MESSAGE(client.ok(), client.status());
    streams.follow(Context{}, tool, revision, url, *client, true);
  }
  bool comes(const Key& tool, Hearing::State state) {
    return soon([&] { return streams.hearing(tool).state == state; });
  }
  // The other side, of which no event tells.
  template <class Condition>
  bool soon(Condition condition) {
    std::unique_lock lock(mutex);
    for (int patience = 0; patience < 1000 && !condition(); ++patience)
      moved.wait_for(lock, std::chrono::milliseconds(10));
    return condition();
  }

  testing::SimulatedClock clock;
  runtime::Metrics metrics;
  std::mutex mutex;
  std::condition_variable moved;
  ChangeStreams streams;  // last: its thread uses the others
};

}  // namespace

TEST_SUITE_BEGIN("streams of changes that are listened to");

TEST_CASE("a namespace has a quarter of the streams, and all together have no more than there may be") {
  StreamingServer server;
  Following f(4);
  for (const char* ns : {"a", "b", "c", "d"}) {
    f.follow({ns, "first"}, server.url());
    CHECK(f.comes({ns, "first"}, Hearing::State::Listening));
  }
  f.follow({"a", "second"}, server.url());
  CHECK(f.streams.hearing({"a", "second"}).state == Hearing::State::Full);
  f.follow({"e", "first"}, server.url());
  CHECK(f.streams.hearing({"e", "first"}).state == Hearing::State::Full);
  CHECK(server.asked() == 4);

  f.streams.close({"b", "first"});
  f.follow({"a", "second"}, server.url());
  CHECK(f.streams.hearing({"a", "second"}).state == Hearing::State::Full);
  f.follow({"e", "first"}, server.url());
  CHECK(f.comes({"e", "first"}, Hearing::State::Listening));
}

TEST_CASE("a stream is closed when the MCPTool is of another revision, has another server or is gone") {
  StreamingServer server, other;
  Following f;
  const Key tool{"mcp", "weather"};
  f.follow(tool, server.url(), "1");
  REQUIRE(f.comes(tool, Hearing::State::Listening));
  f.follow(tool, server.url(), "1");
  CHECK(server.asked() == 1);
  // The first stream has begun at both sides before it is closed.
  REQUIRE(f.soon([&] { return server.open() == 1; }));

  f.follow(tool, server.url(), "2");
  CHECK(f.soon([&] { return server.asked() == 2 && server.open() == 1; }));
  f.follow(tool, other.url(), "2");
  CHECK(f.soon([&] { return server.open() == 0 && other.open() == 1; }));
  f.streams.close(tool, "1");
  CHECK(f.comes(tool, Hearing::State::Listening));
  f.streams.close(tool);
  CHECK(f.soon([&] { return other.open() == 0; }));
  CHECK(f.streams.hearing(tool).state == Hearing::State::Unknown);
}

TEST_CASE("a server that says when to come again is not asked for a stream before") {
  StreamingServer server;
  server.refuse_with("Retry-After: 300\r\n");
  Following f;
  const Key tool{"mcp", "weather"};
  f.follow(tool, server.url());
  REQUIRE(f.comes(tool, Hearing::State::Broken));
  CHECK(f.streams.reopens_at(tool) >= f.clock.now() + seconds(300));
  f.clock.advance(seconds(299));
  f.follow(tool, server.url());
  CHECK(server.asked() == 1);
  f.clock.advance(seconds(40));
  f.follow(tool, server.url());
  CHECK(f.soon([&] { return server.asked() == 2; }));
}

TEST_SUITE_END();
