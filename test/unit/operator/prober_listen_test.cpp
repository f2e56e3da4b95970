// Servers that are listened to: what they tell makes the next look come sooner, and nothing else.
#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "test/unit/mcp/scripted_server.hpp"
#include "test/unit/operator/prober_at_work.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Key;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kLongInterval{7200};

WatchedServer listened_at(const std::string& url, const std::string& name = "weather",
                          const std::string& ns = "mcp") {
  return tool_at(url,
                 {{"metadata", {{"namespace", ns}}},
                  {"spec", {{"probe", {{"listen", true}, {"intervalSeconds", kLongInterval.count()}}}}}},
                 name);
}

// Offers one tool that a test can change, and tells of it on the streams that it is asked for.
class TellingServer {
 public:
  explicit TellingServer(bool acknowledges = true) : acknowledges_(acknowledges) {}
  ~TellingServer() { cut(); }

  std::string url() const { return server_.url(); }
  void offer(int version) { version_ = version; }
  // The other side sees each stream end.
  void cut() {
    const std::lock_guard lock(mutex_);
    ++cuts_;
    moved_.notify_all();
  }
  void tell(int times = 1) {
    const std::lock_guard lock(mutex_);
    tells_ += times;
    moved_.notify_all();
  }
  int lists() const { return lists_; }
  int streams() const { return streams_; }

 private:
  void serve(const Asked& asked, Connection& connection) {
    if (asked.method() == "tools/list") {
      ++lists_;
      const Json tool = {
          {"name", "a"}, {"description", std::to_string(version_)}, {"inputSchema", {{"type", "object"}}}};
      return answer(connection, asked, {{"tools", Json::array({tool})}});
    }
    if (asked.method() != "subscriptions/listen") return serve_modern(asked, connection);
    ++streams_;
    if (acknowledges_) stream(asked, connection);
  }
  void stream(const Asked& asked, Connection& connection) {
    const Json meta = {{"io.modelcontextprotocol/subscriptionId", asked.body.at("id")}};
    const auto send = [&](const char* method, const Json& params) {
      send_event(connection,
                 "data: " + Json{{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}.dump());
    };
    std::unique_lock lock(mutex_);
    int told = tells_;
    const int cuts = cuts_;
    begin_stream(connection);
    send("notifications/subscriptions/acknowledged",
         {{"_meta", meta}, {"notifications", {{"toolsListChanged", true}}}});
    while (cuts == cuts_) {
      moved_.wait(lock, [&] { return tells_ > told || cuts != cuts_; });
      for (; told < tells_; ++told) send("notifications/tools/list_changed", {{"_meta", meta}});
    }
  }

  const bool acknowledges_;
  std::atomic<int> version_ = 1;
  std::atomic<int> lists_ = 0;
  std::atomic<int> streams_ = 0;
  std::mutex mutex_;
  std::condition_variable moved_;
  int tells_ = 0;
  int cuts_ = 0;
  ScriptedServer server_{[this](const Asked& asked, Connection& connection) { serve(asked, connection); }};
};

struct ListeningProber : ProberAtWork {
  using ProberAtWork::ProberAtWork;

  bool comes(Hearing::State state, const WatchedServer& tool) {
    return api.wait_for([&] { return prober.look(tool).hearing.state == state; });
  }
  // Looks for the first time, and a second time because the stream has begun.
  void begin(const WatchedServer& tool) {
    look_to_the_end(tool);
    REQUIRE(comes(Hearing::State::Listening, tool));
    REQUIRE(told(2, tool.key));
    const Duration again = prober.look(tool).again;
    CHECK(again == Prober::kHeardGap);
    clock.advance(again);
    prober.look(tool);
    REQUIRE(ended("success", 2));
  }
  bool shows(const std::string& line) {
    return api.wait_for([&] { return metrics.text().find(line + "\n") != std::string::npos; });
  }
};

}  // namespace

TEST_SUITE_BEGIN("servers that are listened to");

TEST_CASE("a change that a server tells of is looked at now, long before the interval is over") {
  TellingServer server;
  ListeningProber p;
  const auto tool = listened_at(server.url());
  p.begin(tool);
  CHECK(p.prober.look(tool).again > kLongInterval - seconds(10));
  CHECK(p.shows("mcp_server_streams 1"));

  p.clock.advance(minutes(5));
  server.offer(2);
  server.tell();
  REQUIRE(p.told(3));
  p.prober.look(tool);
  REQUIRE(p.ended("success", 3));
  CHECK(p.prober.look(tool).sighting.offer->list.tools[0]->at("description") == "2");
  CHECK(p.shows("mcp_server_changes_heard_total 1"));
  CHECK(server.streams() == 1);
}

TEST_CASE("a server without listen in its spec is not asked to tell") {
  TellingServer server;
  ListeningProber p;
  const auto tool = tool_at(server.url());
  p.look_to_the_end(tool);
  CHECK(server.streams() == 0);
  CHECK(p.prober.look(tool).hearing.state == Hearing::State::Unknown);
}

TEST_CASE("a server that cries wolf is looked at less and less often, and each cry costs one pass at most") {
  TellingServer server;
  ListeningProber p;
  const auto tool = listened_at(server.url());
  p.begin(tool);
  p.clock.advance(minutes(1));
  int looks = 2;
  for (const int gap : {0, 20, 40, 80, 160}) {
    CAPTURE(gap);
    const std::ptrdiff_t news = p.told_so_far();
    server.tell(5);
    REQUIRE(p.told(news + 1));
    REQUIRE(p.shows("mcp_server_changes_heard_total " + std::to_string(5 * (looks - 1))));
    if (gap > 0) {
      CHECK(p.prober.look(tool).again == seconds(gap));
      p.clock.advance(seconds(gap));
    }
    p.prober.look(tool);
    REQUIRE(p.ended("success", ++looks));
    CHECK(p.told_so_far() == news + 1);
  }
  // It tells the truth for once.
  server.offer(2);
  server.tell();
  const auto seconds_more = seconds(320);
  REQUIRE(p.api.wait_for([&] { return p.prober.look(tool).again == seconds_more; }));
  p.clock.advance(seconds_more);
  p.prober.look(tool);
  REQUIRE(p.ended("success", ++looks));
  server.tell();
  CHECK(p.api.wait_for([&] { return p.prober.look(tool).again == Prober::kHeardGap; }));
}

TEST_CASE("a server that floods is told of and not listened to, and is not looked at for that") {
  TellingServer server;
  ListeningProber p;
  const auto tool = listened_at(server.url());
  p.begin(tool);
  server.tell(100);
  REQUIRE(p.comes(Hearing::State::Flooding, tool));
  CHECK(p.prober.look(tool).hearing.failure.message().find("60 messages") != std::string::npos);
  CHECK(p.shows("mcp_server_streams_flooded_total 1"));
  CHECK(p.shows("mcp_server_streams 0"));
  p.clock.advance(Prober::kHeardGap);
  p.prober.look(tool);  // at the one change that was heard first
  REQUIRE(p.ended("success", 3));
  CHECK(server.streams() == 1);
  CHECK(p.prober.look(tool).again > kLongInterval - seconds(10));
}

TEST_CASE("a stream that ends after a good while is opened again at once, and no status moves") {
  TellingServer server;
  ListeningProber p;
  const auto tool = listened_at(server.url());
  p.begin(tool);
  p.clock.advance(minutes(2));
  const std::ptrdiff_t news = p.told_so_far();
  server.cut();
  REQUIRE(p.told(news + 1));
  CHECK(p.prober.look(tool).hearing.state == Hearing::State::Listening);
  const Duration again = p.prober.look(tool).again;
  CHECK(again <= seconds(3));
  p.clock.advance(again);
  p.prober.look(tool);
  CHECK(p.api.wait_for([&] { return server.streams() == 2; }));
  CHECK(p.comes(Hearing::State::Listening, tool));
}

TEST_CASE("a server that closes at once is tried again less and less often, and told of once") {
  TellingServer server(false);
  ListeningProber p;
  const auto tool = listened_at(server.url());
  p.look_to_the_end(tool);
  REQUIRE(p.comes(Hearing::State::Broken, tool));
  CHECK(p.prober.look(tool).hearing.failure.message().starts_with("subscriptions/listen: "));
  int looks = 1;
  for (const int wait : {10, 20, 40, 80, 160, 320, 600, 600}) {
    CAPTURE(wait);
    REQUIRE(p.api.wait_for([&] { return p.prober.look(tool).again == interval(tool, seconds(wait)); }));
    CHECK(server.streams() == looks);
    p.clock.advance(interval(tool, seconds(wait)));
    p.prober.look(tool);
    REQUIRE(p.ended("success", ++looks));
  }
}

TEST_CASE("a stream is closed when its MCPTool goes, rests, or is another one, and when nobody leads") {
  const auto closes = [](auto end) {
    TellingServer server;
    ListeningProber p;
    const auto tool = listened_at(server.url());
    p.begin(tool);
    end(p.prober, tool);
    CHECK(p.shows("mcp_server_streams 0"));
    CHECK(p.prober.look(tool).sighting.looked == false);
  };
  const auto rests = [](auto end) {
    TellingServer server;
    ListeningProber p;
    const auto tool = listened_at(server.url());
    p.begin(tool);
    end(p.prober, tool);
    CHECK(p.shows("mcp_server_streams 0"));
    // What was seen stays, and the next pass looks and listens again.
    CHECK(p.prober.look(tool).sighting.looked);
    CHECK(p.api.wait_for([&] { return server.streams() == 2; }));
    CHECK(p.shows("mcp_server_streams 1"));
  };
  closes([](Prober& prober, const WatchedServer& tool) { prober.forget(tool.key); });
  closes([](Prober& prober, WatchedServer tool) {
    tool.revision += "+";
    tool.probe.listen = false;
    prober.look(tool);
  });
  rests([](Prober& prober, const WatchedServer& tool) { prober.rest(tool.key); });
  rests([](Prober& prober, const WatchedServer&) { prober.rest_all(); });
}

TEST_CASE("no namespace listens to more than its share, and one more is told so") {
  ProberOptions options = loopback_allowed();
  options.streams.most = 4;
  TellingServer server;
  ListeningProber p(options);
  const auto first = listened_at(server.url(), "first");
  const auto second = listened_at(server.url(), "second");
  const auto other = listened_at(server.url(), "third", "elsewhere");
  p.look_to_the_end(first);
  REQUIRE(p.comes(Hearing::State::Listening, first));
  p.look_to_the_end(second);
  CHECK(p.comes(Hearing::State::Full, second));
  p.look_to_the_end(other);
  CHECK(p.comes(Hearing::State::Listening, other));
  CHECK(p.shows("mcp_server_streams 2"));
}

TEST_CASE("a server that does not offer to tell is known for that, without another look") {
  ScriptedServer unaware(serve_modern);  // says that it tells, and knows no such method
  ScriptedServer silent([](const Asked& asked, Connection& connection) {
    if (asked.method() != "server/discover") return serve_modern(asked, connection);
    Json result = discover_result();
    result["capabilities"]["tools"].erase("listChanged");
    answer(connection, asked, result);
  });
  for (const std::string& url : {unaware.url(), silent.url()}) {
    ListeningProber p;
    const auto tool = listened_at(url);
    p.look_to_the_end(tool);
    CHECK(p.comes(Hearing::State::NotOffered, tool));
    CHECK(p.prober.look(tool).again > kLongInterval - seconds(10));
  }
  for (const std::string& step : silent.steps()) CHECK(step != "POST subscriptions/listen");
}

TEST_SUITE_END();
