// Streams on which servers tell of changes: what is asked, what ends them, and that they cost no
// thread.
#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <string>

#include "controller/mcp/client/listener.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/mcp/scripted_server.hpp"
#include "test/unit/mcp/tls_front.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using mcp::Listener;
using std::chrono::seconds;

// What a listener was told, and how often.
struct Told {
  mcp::ListenEvents events() {
    return {[this] { count(listening); }, [this] { count(changed); },
            [this](const Status& why) {
              const std::lock_guard lock(mutex);
              ends.push_back(why);
              moved.notify_all();
            }};
  }
  void count(int& what) {
    const std::lock_guard lock(mutex);
    ++what;
    moved.notify_all();
  }
  template <class Condition>
  bool comes(Condition condition) {
    std::unique_lock lock(mutex);
    return moved.wait_for(lock, seconds(10), condition);
  }
  bool began() {
    return comes([&] { return listening == 1; });
  }
  // Whether anything is told in that time.
  bool moved_within(Duration time) {
    std::unique_lock lock(mutex);
    return moved.wait_for(lock, time, [&] { return !ends.empty(); });
  }
  Status end() {
    REQUIRE(comes([&] { return !ends.empty(); }));
    return ends.front();
  }

  std::mutex mutex;
  std::condition_variable moved;
  int listening = 0;
  int changed = 0;
  std::vector<Status> ends;
};

std::string told_change(const Asked& asked) {
  const Json params = {
      {"_meta", {{"io.modelcontextprotocol/subscriptionId", asked.body.value("id", Json())}}}};
  return "data: " +
         Json{{"jsonrpc", "2.0"}, {"method", "notifications/tools/list_changed"}, {"params", params}}.dump();
}

void acknowledge(const Asked& asked, Connection& connection) {
  const Json params = {{"_meta", {{"io.modelcontextprotocol/subscriptionId", asked.body.at("id")}}},
                       {"notifications", {{"toolsListChanged", true}}}};
  begin_stream(connection);
  send_event(connection, "data: " + Json{{"jsonrpc", "2.0"},
                                         {"method", "notifications/subscriptions/acknowledged"},
                                         {"params", params}}
                                        .dump());
}

// A modern server whose stream a script makes.
ScriptedServer::Script modern_with(ScriptedServer::Script stream) {
  return [stream = std::move(stream)](const Asked& asked, Connection& connection) {
    if (asked.method() == "subscriptions/listen") return stream(asked, connection);
    serve_modern(asked, connection);
  };
}

void acknowledge_and_wait(const Asked& asked, Connection& connection) {
  acknowledge(asked, connection);
  connection.wait_closed();
}

struct Ear {
  StatusOr<Listener::Id> listen(const std::string& url, const mcp::ListenLimits& limits = {}) {
    return listen(test::options_for(url), limits);
  }
  StatusOr<Listener::Id> listen(const mcp::Options& options, const mcp::ListenLimits& limits = {}) {
    StatusOr<mcp::Client> client = mcp::Client::make(options);
    REQUIRE_MESSAGE(client.ok(), client.status());
    return listener.listen(Context{}, *client, limits, told.events());
  }
  // How a stream of the server ends, which it does by itself.
  Status end_at(const std::string& url, const mcp::ListenLimits& limits = {}) {
    const auto id = listen(url, limits);
    return id.ok() ? told.end() : id.status();
  }

  testing::SimulatedClock clock;
  Told told;
  Listener listener{clock};  // last: its thread uses the others
};

mcp::Options options_for(const TlsFront& front, const Authority& authority) {
  mcp::Options options = test::options_for("https://localhost:" + std::to_string(front.port()) + "/mcp");
  options.authorities = authority.certificate();
  return options;
}

int threads_of_process() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("Threads:")) return std::stoi(line.substr(8));
  return 0;
}

}  // namespace

TEST_SUITE_BEGIN("the listener");

TEST_CASE("a modern server is asked to tell of its tools, and its changes are heard as they come") {
  std::mutex mutex;
  std::condition_variable next;
  int changes = 0;
  ScriptedServer server(modern_with([&](const Asked& asked, Connection& connection) {
    acknowledge(asked, connection);
    for (int sent = 0; sent < 2; ++sent) {
      std::unique_lock lock(mutex);
      next.wait(lock, [&] { return changes > sent; });
      send_event(connection, told_change(asked));
    }
    connection.wait_closed();
  }));
  Ear ear;
  REQUIRE(ear.listen(server.url()).ok());
  REQUIRE(ear.told.began());
  for (int each = 1; each <= 2; ++each) {
    {
      const std::lock_guard lock(mutex);
      changes = each;
    }
    next.notify_all();
    CHECK(ear.told.comes([&] { return ear.told.changed == each; }));
  }
  const Asked asked = server.asked().back();
  CHECK(asked.header("mcp-method") == "subscriptions/listen");
  CHECK(asked.header("mcp-protocol-version") == "2026-07-28");
  CHECK(asked.header("accept").find("text/event-stream") != std::string::npos);
  CHECK(asked.body.at("params").at("notifications") == Json{{"toolsListChanged", true}});
  CHECK(asked.body.at("params").at("_meta").contains("io.modelcontextprotocol/clientInfo"));
}

TEST_CASE(
    "a legacy server is listened to in a session of its own, whose pings are answered and whose end is "
    "told") {
  std::mutex mutex;
  std::condition_variable pong;
  std::string answered;
  ScriptedServer server([&](const Asked& asked, Connection& connection) {
    if (asked.method() == "initialize") {
      Json result = initialize_result();
      result["capabilities"]["tools"]["listChanged"] = true;
      return answer(connection, asked, result, "Mcp-Session-Id: s-1\r\n");
    }
    if (asked.verb == "GET") {
      begin_stream(connection);
      // One that comes while the answer to another is under way has none, so it is asked again.
      const auto is_answered = [&](const std::string& id) {
        std::unique_lock lock(mutex);
        for (int patience = 0; patience < 100; ++patience) {
          send_event(connection, R"(data: {"jsonrpc":"2.0","id":")" + id + R"(","method":"ping"})");
          if (pong.wait_for(lock, std::chrono::milliseconds(100), [&] { return answered == id; }))
            return true;
        }
        return false;
      };
      if (is_answered("p-1") && is_answered("p-2")) send_event(connection, told_change(asked));
      return connection.wait_closed();
    }
    if (asked.body.contains("result")) {
      const std::lock_guard lock(mutex);
      answered = asked.body.at("id");
      pong.notify_all();
    }
    serve_legacy(asked, connection);
  });
  Ear ear;
  const auto id = ear.listen(server.url());
  REQUIRE_MESSAGE(id.ok(), id.status());
  CHECK(ear.told.comes([&] { return ear.told.changed == 1; }));
  ear.listener.stop(*id);
  CHECK(ear.told.end().code() == Code::Cancelled);
  const auto ended = [&] { return server.steps().back() == "DELETE "; };
  for (int patience = 0; patience < 1000 && !ended(); ++patience)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(ended());
  for (const Asked& asked : server.asked())
    if (asked.verb != "POST" || asked.body.contains("result")) CHECK(asked.header("mcp-session-id") == "s-1");
}

TEST_CASE("a stream over TLS is heard as one without") {
  const Authority authority("ours");
  ScriptedServer server(modern_with([](const Asked& asked, Connection& connection) {
    acknowledge(asked, connection);
    send_event(connection, told_change(asked));
    connection.wait_closed();
  }));
  TlsFront front(authority.issue("server", "DNS:localhost"), server.port());
  Ear ear;
  const auto id = ear.listen(options_for(front, authority));
  REQUIRE_MESSAGE(id.ok(), id.status());
  CHECK(ear.told.began());
  CHECK(ear.told.comes([&] { return ear.told.changed == 1; }));
  ear.listener.stop(*id);
  CHECK(ear.told.end().code() == Code::Cancelled);
}

TEST_CASE("a stream is not asked for of one who is not the server, or who leaves the handshake unanswered") {
  const Authority authority("ours");
  const Pem pem = authority.issue("server", "DNS:localhost");
  // What the front does once the server has said what it offers.
  const auto end_when = [&](const std::function<void(TlsFront&)>& then, Duration round) {
    TlsFront* turned = nullptr;
    ScriptedServer server([&](const Asked& asked, Connection& connection) {
      then(*turned);
      serve_modern(asked, connection);
    });
    TlsFront front(pem, server.port());
    turned = &front;
    Ear ear;
    const auto id = ear.listen(options_for(front, authority));
    REQUIRE_MESSAGE(id.ok(), id.status());
    // The stream's time begins on another thread.
    for (int rounds = 0; rounds < 100 && !ear.told.moved_within(std::chrono::milliseconds(100)); ++rounds)
      ear.clock.advance(round);
    CHECK(server.steps() == std::vector<std::string>{"POST server/discover"});
    return ear.told.end();
  };
  const Status other = end_when(
      [](TlsFront& front) { front.use(Authority("another").issue("server", "DNS:localhost")); }, seconds(0));
  CHECK(other.message().find("its certificate was refused") != std::string::npos);
  const Status named =
      end_when([&](TlsFront& front) { front.use(authority.issue("server", "DNS:example.com")); }, seconds(0));
  CHECK(named.message().find("mismatch") != std::string::npos);
  CHECK(end_when([](TlsFront& front) { front.fall_silent(); }, seconds(20)).code() == Code::Timeout);
}

TEST_CASE("a server that does not offer to tell is not asked for a stream, or answers that it has none") {
  ScriptedServer silent(serve_legacy);
  Ear ear;
  const auto id = ear.listen(silent.url());
  CHECK(id.status().reason() == mcp::kNotOffered);
  CHECK(silent.steps().back() == "DELETE ");

  ScriptedServer unaware(serve_modern);
  const Status end = ear.end_at(unaware.url());
  CHECK_MESSAGE(end.reason() == mcp::kNotOffered, end);
}

TEST_CASE("a server that closes at once, floods or never ends its header is told by what it does") {
  {
    ScriptedServer server(modern_with([](const Asked&, Connection& connection) { connection.close(); }));
    const Status end = Ear().end_at(server.url());
    CHECK(end.code() == Code::Unavailable);
    CHECK(end.message().starts_with("subscriptions/listen: reading the reply: "));
  }
  {
    ScriptedServer server(modern_with([](const Asked& asked, Connection& connection) {
      acknowledge(asked, connection);
      for (int i = 0; i < 100; ++i) send_event(connection, told_change(asked));
      connection.wait_closed();
    }));
    Ear ear;
    CHECK(ear.end_at(server.url()).reason() == mcp::kFlooding);
    CHECK(ear.told.changed < 100);
  }
  {
    ScriptedServer server(modern_with([](const Asked&, Connection& connection) {
      connection.send("HTTP/1.1 200 OK\r\n");
      for (int i = 0; i < 1000; ++i) connection.send("X-More: " + std::string(100, 'x') + "\r\n");
      connection.wait_closed();
    }));
    CHECK(Ear().end_at(server.url()).code() == Code::TooLarge);
  }
  {
    ScriptedServer server(modern_with([](const Asked&, Connection& connection) {
      for (int i = 0; i < 100; ++i) connection.send("HTTP/1.1 103 Early Hints\r\n\r\n");
      connection.wait_closed();
    }));
    const Status end = Ear().end_at(server.url());
    CHECK_MESSAGE(end.message().find("too many interim replies") != std::string::npos, end);
  }
}

TEST_CASE("a stream that does not begin, falls silent or lasts too long is ended when its time is over") {
  std::atomic<bool> asked_for = false;
  const auto ends_after = [&](const ScriptedServer::Script& script, Duration time, bool begins) {
    asked_for = false;
    ScriptedServer server(modern_with([&](const Asked& asked, Connection& connection) {
      asked_for = true;
      script(asked, connection);
    }));
    Ear ear;
    mcp::ListenLimits limits;
    limits.stream.total = std::chrono::minutes(30);
    REQUIRE(ear.listen(server.url(), limits).ok());
    while (!asked_for) std::this_thread::yield();
    if (begins) REQUIRE(ear.told.began());
    ear.clock.advance(time - seconds(1));
    // More than one round of those that judge the times.
    CHECK_FALSE(ear.told.moved_within(std::chrono::milliseconds(1200)));
    ear.clock.advance(seconds(1));
    const Status end = ear.told.end();
    CHECK(end.code() == Code::Timeout);
    return end.message();
  };
  const auto no_head = [](const Asked&, Connection& connection) {
    connection.send("HTTP/1.1 200 OK\r\nX-More: ");
    connection.wait_closed();
  };
  CHECK(ends_after(no_head, seconds(20), false).find("not done in time") != std::string::npos);
  CHECK(ends_after(acknowledge_and_wait, std::chrono::minutes(10), true).find("silent") != std::string::npos);
}

TEST_CASE("a stream on which something comes again and again goes on, but not for ever") {
  std::atomic<int> rounds = 0;
  ScriptedServer server(modern_with([&](const Asked& asked, Connection& connection) {
    acknowledge(asked, connection);
    for (int sent = 0; sent < 11; ++sent) {
      while (rounds <= sent) std::this_thread::yield();
      send_event(connection, told_change(asked));
    }
    connection.wait_closed();
  }));
  Ear ear;
  REQUIRE(ear.listen(server.url()).ok());
  REQUIRE(ear.told.began());
  for (int i = 1; i <= 11; ++i) {
    ear.clock.advance(std::chrono::minutes(5));
    rounds = i;
    REQUIRE(ear.told.comes([&] { return ear.told.changed == i; }));
  }
  ear.clock.advance(std::chrono::minutes(5));
  CHECK(ear.told.end().message().find("lasted as long as one may") != std::string::npos);
}

TEST_CASE("a hundred streams share one thread, and all end with the listener") {
  ScriptedServer server(modern_with(acknowledge_and_wait));
  Told told;
  testing::SimulatedClock clock;
  {
    Listener listener(clock);
    StatusOr<mcp::Client> client = mcp::Client::make(test::options_for(server.url()));
    REQUIRE(client.ok());
    REQUIRE(listener.listen(Context{}, *client, {}, told.events()).ok());
    REQUIRE(told.began());
    const int before = threads_of_process() - static_cast<int>(server.asked().size());
    for (int i = 1; i < 100; ++i) REQUIRE(listener.listen(Context{}, *client, {}, told.events()).ok());
    REQUIRE(told.comes([&] { return told.listening == 100; }));
    // The server has a thread for each connection, and this side none.
    CHECK(threads_of_process() - static_cast<int>(server.asked().size()) <= before);
  }
  CHECK(told.ends.empty());
}

TEST_SUITE_END();
