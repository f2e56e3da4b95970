// The looks at servers: when they begin, what comes of them, and what one server can take of the
// others.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "controller/base/base64.hpp"
#include "controller/operator/types.hpp"
#include "test/unit/mcp/scripted_server.hpp"
#include "test/unit/operator/limited_child.hpp"
#include "test/unit/operator/prober_at_work.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Key;
using std::chrono::seconds;

// Offers one tool that a test can change.
struct ChangingServer {
  std::atomic<int> version = 1;
  std::atomic<int> status = 200;
  std::atomic<int> ttl_ms = 0;
  std::atomic<int> lists = 0;
  ScriptedServer server{[this](const Asked& asked, Connection& connection) {
    if (status != 200)
      return connection.reply(status, "failed " + std::to_string(++failures));  // never in the same words
    if (asked.method() != "tools/list") return serve_modern(asked, connection);
    ++lists;
    const Json tool = {
        {"name", "a"}, {"description", std::to_string(version)}, {"inputSchema", {{"type", "object"}}}};
    answer(connection, asked, {{"tools", Json::array({tool})}, {"ttlMs", ttl_ms.load()}});
  }};
  std::atomic<int> failures = 0;
};

// Answers, or holds its caller until that leaves.
struct HangingServer {
  std::atomic<bool> hangs = true;
  std::atomic<int> asked = 0;  // while it hung
  std::atomic<int> left = 0;
  ScriptedServer server{[this](const Asked& request, Connection& connection) {
    if (!hangs) return serve_modern(request, connection);
    ++asked;
    connection.wait_closed();
    ++left;
  }};
};

// A look at such a server would outlast every wait of a test.
const Json kPatient = {{"spec", {{"probe", {{"timeoutSeconds", 60}}}}}};

// After one failed look: each that follows fails as well, begins that many seconds after the one
// before, and is no news.
void check_waits(ProberAtWork& p, const WatchedServer& tool, std::initializer_list<int> waits) {
  int looks = 1;
  for (const int wait : waits) {
    CAPTURE(wait);
    CHECK(p.prober.look(tool).again == interval(tool, seconds(wait)));
    p.clock.advance(interval(tool, seconds(wait)));
    p.prober.look(tool);
    REQUIRE(p.ended("failure", ++looks));
  }
  CHECK(p.told_so_far() == 1);
}

}  // namespace

TEST_SUITE_BEGIN("the prober");

TEST_CASE("nothing is known before a look has ended, and no call waits for it") {
  ProberAtWork p;
  const auto tool = tool_at("http://192.0.2.1/mcp");
  const Look look = p.prober.look(tool);
  CHECK_FALSE(look.sighting.looked);
  CHECK_FALSE(look.sighting.offer);
  CHECK(look.again == interval(tool));
}

TEST_CASE("what a server offers is seen, and told once for as long as it is the same") {
  ProberAtWork p;
  ChangingServer changing;
  const auto tool = tool_at(changing.server.url());
  const Sighting first = p.look_to_the_end(tool);
  CHECK(first.looked);
  REQUIRE_MESSAGE(first.failure.ok(), first.failure);
  REQUIRE(first.offer);
  CHECK(first.offer->list.tools.size() == 1);
  CHECK(first.offer->server.version == "1.2.0");
  CHECK(p.prober.look(tool).again == interval(tool));

  p.clock.advance(interval(tool));
  p.prober.look(tool);
  REQUIRE(p.ended("success", 2));
  CHECK(p.told_so_far() == 1);
  CHECK(p.prober.look(tool).sighting.digest == first.digest);

  changing.version = 2;
  p.clock.advance(interval(tool));
  const Sighting second = p.look_to_the_end(tool);
  CHECK(second.digest != first.digest);
  CHECK(second.offer->list.tools[0]->at("description") == "2");
}

TEST_CASE("a server is looked at no more often than its list stands, for up to an hour") {
  ProberAtWork p;
  ChangingServer changing;
  changing.ttl_ms = 600'000;
  const auto tool = tool_at(changing.server.url());
  p.look_to_the_end(tool);
  CHECK(p.prober.look(tool).again == interval(tool, seconds(600)));
  p.clock.advance(interval(tool));
  p.prober.look(tool);
  p.clock.advance(interval(tool, seconds(600)));
  changing.ttl_ms = 86'400'000;
  p.prober.look(tool);
  REQUIRE(p.ended("success", 2));
  CHECK(p.prober.look(tool).again == interval(tool, std::chrono::hours(1)));
}

TEST_CASE("a server that fails is told once for each cause, and looked at less and less often") {
  ProberAtWork p;
  ChangingServer changing;
  changing.status = 404;
  const auto tool = tool_at(changing.server.url());
  const Sighting failed = p.look_to_the_end(tool);
  CHECK(failed.failure.reason() == "NotMCP");
  CHECK_FALSE(failed.restricted);
  check_waits(p, tool, {60, 120, 240, 480, 600, 600});

  changing.status = 200;
  p.clock.advance(interval(tool, seconds(600)));
  CHECK(p.look_to_the_end(tool).failure.ok());
  CHECK(p.prober.look(tool).again == interval(tool));
}

TEST_CASE("a server that is away is looked at again in a moment, and then less and less often as well") {
  ProberAtWork p;
  ChangingServer changing;
  changing.status = 503;
  const auto tool = tool_at(changing.server.url());
  CHECK(p.look_to_the_end(tool).failure.reason() == "Unreachable");
  check_waits(p, tool, {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600});

  changing.status = 200;
  p.clock.advance(interval(tool, seconds(600)));
  CHECK(p.look_to_the_end(tool).failure.ok());
  changing.status = 503;
  p.clock.advance(interval(tool));
  CHECK_FALSE(p.look_to_the_end(tool).failure.ok());
  CHECK(p.prober.look(tool).again == interval(tool, seconds(1)));
}

TEST_CASE("while a server fails, what was last seen of it stays") {
  ProberAtWork p;
  ChangingServer changing;
  const auto tool = tool_at(changing.server.url());
  const Sighting seen = p.look_to_the_end(tool);
  changing.status = 404;
  p.clock.advance(interval(tool));
  const Sighting failed = p.look_to_the_end(tool);
  CHECK(failed.failure.reason() == "NotMCP");
  CHECK(failed.offer == seen.offer);
  CHECK(failed.digest == seen.digest);
}

TEST_CASE("a server that asks who it is is alive, and one that is asked for a token elsewhere is not") {
  for (const int status : {401, 403}) {
    CAPTURE(status);
    ProberAtWork p;
    ChangingServer changing;
    changing.status = status;
    const Sighting seen = p.look_to_the_end(tool_at(changing.server.url()));
    CHECK(seen.restricted);
    CHECK(seen.failure.reason() == "Restricted");
    CHECK(p.ended("restricted", 1));
  }
  ProberAtWork p;
  ScriptedServer issuer([](const Asked&, Connection& connection) { connection.reply(401, "{}"); });
  p.api.put(secret_type(),
            {{"metadata", {{"namespace", "mcp"}, {"name", "s"}}}, {"data", {{"k", encode_base64("hush")}}}});
  const Json oauth = {
      {"tokenURL", issuer.url()}, {"clientID", "me"}, {"clientSecretRef", {{"name", "s"}, {"key", "k"}}}};
  const Sighting seen = p.look_to_the_end(
      tool_at(issuer.origin() + "/server", {{"spec", {{"server", {{"remote", {{"oauth", oauth}}}}}}}}));
  CHECK_FALSE(seen.restricted);
  CHECK(seen.failure.reason() == "SignInFailed");
  CHECK(seen.failure.message().find("hush") == std::string::npos);
}

TEST_CASE("an address that is not allowed is not connected to") {
  ProberAtWork p{ProberOptions{}};
  ChangingServer changing;
  const Sighting seen = p.look_to_the_end(tool_at(changing.server.url()));
  CHECK(seen.failure.reason() == "AddressForbidden");
  CHECK_FALSE(seen.restricted);
  CHECK(changing.server.steps().empty());
}

TEST_CASE("a URL that is none is told as such") {
  ProberAtWork p;
  CHECK(p.look_to_the_end(tool_at("http://me:secret@x")).failure.reason() == "InvalidServer");
}

TEST_CASE("a changed spec is looked at at once, and what was seen before is not taken for its server's") {
  ProberAtWork p;
  ChangingServer first;
  ChangingServer second;
  second.version = 2;
  p.look_to_the_end(tool_at(first.server.url()));
  const auto changed = tool_at(second.server.url(), {{"metadata", {{"generation", 2}}}});
  CHECK_FALSE(p.prober.look(changed).sighting.looked);
  REQUIRE(p.told(2));
  CHECK(p.prober.look(changed).sighting.offer->list.tools[0]->at("description") == "2");
}

TEST_CASE("a changed Secret is taken up by the next look that is due, and Secrets are read for looks only") {
  ProberAtWork p;
  ChangingServer changing;
  const auto put = [&](const char* value) {
    p.api.put(secret_type(),
              {{"metadata", {{"namespace", "mcp"}, {"name", "s"}}}, {"data", {{"k", encode_base64(value)}}}});
  };
  put("one");
  const Json header = {{"name", "X-Key"}, {"valueFrom", {{"secretKeyRef", {{"name", "s"}, {"key", "k"}}}}}};
  const auto tool = tool_at(changing.server.url(),
                            {{"spec", {{"server", {{"remote", {{"headers", Json::array({header})}}}}}}}});
  p.look_to_the_end(tool);
  CHECK(changing.server.asked().back().header("x-key") == "one");
  put("two");
  for (int i = 0; i < 5; ++i) p.prober.look(tool);
  CHECK(p.api.count("GET secrets") == 1);
  p.clock.advance(interval(tool));
  p.prober.look(tool);
  REQUIRE(p.ended("success", 2));
  CHECK(changing.server.asked().back().header("x-key") == "two");
  CHECK(p.api.count("GET secrets") == 2);
}

TEST_CASE("trouble of the API server is no sight of the server") {
  ProberAtWork p;
  ChangingServer changing;
  p.api.fail_with([](const kube::ApiCall& call) {
    return call.type == secret_type() ? Status(Code::Unavailable, "etcd has no leader") : Status();
  });
  const Json header = {{"name", "X-Key"}, {"valueFrom", {{"secretKeyRef", {{"name", "s"}, {"key", "k"}}}}}};
  const auto tool = tool_at(changing.server.url(),
                            {{"spec", {{"server", {{"remote", {{"headers", Json::array({header})}}}}}}}});
  p.prober.look(tool);
  REQUIRE(p.ended("failure", 1));
  CHECK_FALSE(p.prober.look(tool).sighting.looked);
  CHECK(p.told_so_far() == 0);
}

TEST_CASE("offers are kept within their budget, and one that was dropped can be had again") {
  ProberOptions options = loopback_allowed();
  options.kept_offers = 5000;  // one
  ProberAtWork p(options);
  ChangingServer changing;
  const auto first = tool_at(changing.server.url(), Json::object(), "first");
  const auto second = tool_at(changing.server.url(), Json::object(), "second");
  const std::string digest = p.look_to_the_end(first).digest;
  p.look_to_the_end(second);
  CHECK_FALSE(p.prober.look(first).sighting.offer);
  CHECK(p.prober.look(first).sighting.failure.ok());
  CHECK(p.prober.look(first).sighting.digest == digest);
  p.prober.look_again(first);
  REQUIRE(p.told(2, first.key));
  CHECK(p.prober.look(first).sighting.offer);
  CHECK_FALSE(p.prober.look(second).sighting.offer);
}

TEST_CASE("an MCPTool that goes while its server is looked at is not heard of again") {
  ProberAtWork p;
  HangingServer hanging;
  const auto tool = tool_at(hanging.server.url(), kPatient);
  p.prober.look(tool);
  REQUIRE(p.api.wait_for([&] { return hanging.asked.load() == 1; }));
  p.prober.forget(tool.key);
  REQUIRE(p.api.wait_for([&] { return hanging.left.load() == 1; }));
  ChangingServer changing;
  p.look_to_the_end(tool_at(changing.server.url(), Json::object(), "other"));
  CHECK(p.told_so_far() == 0);
  CHECK(p.metrics.text().find("mcp_server_probes_total{result=\"failure\"} 0\n") != std::string::npos);
}

TEST_CASE("a look at a server in a spec that is over is given up, and holds no turn of its namespace") {
  ProberAtWork p;
  HangingServer hostile;
  HangingServer good;
  good.hangs = false;
  const auto in_generation = [&](int generation) {
    Json patch = kPatient;
    patch["metadata"] = {{"generation", generation}};
    return tool_at(good.server.url(), patch, "good");
  };
  REQUIRE(p.look_to_the_end(in_generation(1)).failure.ok());
  p.prober.look(tool_at(hostile.server.url(), kPatient, "hostile"));
  REQUIRE(p.api.wait_for([&] { return hostile.asked.load() == 1; }));
  good.hangs = true;
  p.clock.advance(interval(in_generation(1)));
  p.prober.look(in_generation(1));
  REQUIRE(p.api.wait_for([&] { return good.asked.load() == 1; }));
  good.hangs = false;
  CHECK(p.look_to_the_end(in_generation(2)).failure.ok());
  CHECK(p.api.wait_for([&] { return good.left.load() == 1; }));
}

TEST_CASE("a server whose workload is deployed anew is not looked at meanwhile, and keeps its turn") {
  ProberAtWork p;
  HangingServer hostile;
  ChangingServer changing;
  const auto in_generation = [&](int generation) {
    return tool_at(changing.server.url(), {{"metadata", {{"generation", generation}}}}, "good");
  };
  REQUIRE(p.look_to_the_end(in_generation(1)).failure.ok());
  for (int i = 0; i < 10; ++i)
    p.prober.look(tool_at(hostile.server.url(), kPatient, "hostile-" + std::to_string(i)));
  p.prober.suspend(in_generation(1).key);
  const Look anew = p.prober.look(in_generation(2));
  CHECK_FALSE(anew.sighting.looked);
  CHECK_FALSE(anew.sighting.offer);
  REQUIRE(p.told(2, in_generation(2).key));
  CHECK(p.prober.look(in_generation(2)).sighting.failure.ok());
}

TEST_CASE("servers that hang do not delay others, of the same namespace or another") {
  ProberAtWork p;
  ScriptedServer hanging([](const Asked&, Connection& connection) { connection.wait_closed(); });
  ChangingServer changing;
  const auto good = tool_at(changing.server.url(), Json::object(), "good");
  p.look_to_the_end(good);
  for (const char* ns : {"mcp", "evil"})
    for (int i = 0; i < 50; ++i)
      p.prober.look(tool_at(
          hanging.url(), {{"metadata", {{"namespace", ns}}}, {"spec", {{"probe", {{"timeoutSeconds", 60}}}}}},
          "bad-" + std::to_string(i)));
  for (int version = 2; version < 5; ++version) {
    changing.version = version;
    p.clock.advance(seconds(66));
    CHECK(p.look_to_the_end(good).failure.ok());
  }
}

TEST_CASE("a server that is deployed anew does not wait behind those that were never good") {
  ProberAtWork p;
  ScriptedServer hanging([](const Asked&, Connection& connection) { connection.wait_closed(); });
  std::atomic<bool> away = false;
  ScriptedServer server([&](const Asked& asked, Connection& connection) {
    if (!away) serve_modern(asked, connection);
  });
  const auto in_generation = [&](int generation) {
    return tool_at(server.url(), {{"metadata", {{"generation", generation}}}}, "good");
  };
  CHECK(p.look_to_the_end(in_generation(1)).failure.ok());
  for (int i = 0; i < 10; ++i)
    p.prober.look(tool_at(hanging.url(), {{"spec", {{"probe", {{"timeoutSeconds", 60}}}}}},
                          "bad-" + std::to_string(i)));
  away = true;
  CHECK(p.look_to_the_end(in_generation(2)).failure.code() == Code::Unavailable);
  away = false;
  CHECK(p.look_to_the_end(in_generation(3)).failure.ok());
}

TEST_CASE("a server that nobody has seen waits for one look at those that failed before, not for all") {
  ProberAtWork p;
  std::atomic<bool> hangs = false;
  ScriptedServer failing([&](const Asked&, Connection& connection) {
    if (!hangs) return connection.reply(500, "out of order");
    connection.wait_closed();
  });
  const auto bad = [&](int i) { return tool_at(failing.url(), kPatient, "bad-" + std::to_string(i)); };
  for (int i = 0; i < 5; ++i) CHECK_FALSE(p.look_to_the_end(bad(i)).failure.ok());
  hangs = true;
  p.clock.advance(seconds(600));
  for (int i = 0; i < 5; ++i) p.prober.look(bad(i));
  ChangingServer changing;
  const auto fresh = tool_at(changing.server.url(), Json::object(), "fresh");
  p.prober.look(fresh);
  p.prober.forget(bad(0).key);
  REQUIRE(p.told(1, fresh.key));
  CHECK(p.prober.look(fresh).sighting.failure.ok());
}

TEST_CASE("what a server can make the operator hold is bounded") {
  const struct {
    const char* what;
    ScriptedServer::Script script;
  } servers[] = {
      {"tools without end",
       [](const Asked& asked, Connection& connection) {
         if (asked.method() != "tools/list") return serve_modern(asked, connection);
         Json tools = Json::array();
         for (int i = 0; i < 500; ++i)
           tools.push_back({{"name", "t" + std::to_string(i)}, {"inputSchema", {{"type", "object"}}}});
         const Json params = asked.body.value("params", Json::object());
         answer(connection, asked, {{"tools", tools}, {"nextCursor", params.value("cursor", "") + "x"}});
       }},
      {"one large answer",
       [](const Asked& asked, Connection& connection) {
         if (asked.method() != "tools/list") return serve_modern(asked, connection);
         answer(connection, asked,
                {{"tools", Json::array({{{"name", "t"}, {"description", std::string(2U << 20, 'x')}}})}});
       }},
      {"many small values",
       [](const Asked& asked, Connection& connection) {
         if (asked.method() != "tools/list") return serve_modern(asked, connection);
         answer(connection, asked,
                {{"tools",
                  Json::array({{{"name", "t"}, {"inputSchema", {{"enum", std::vector<int>(25'000)}}}}})}});
       }},
  };
  for (const auto& server : servers) {
    CAPTURE(server.what);
    ProberAtWork p;
    ScriptedServer hostile(server.script);
    const Sighting seen = p.look_to_the_end(tool_at(hostile.url()));
    CHECK(seen.failure.reason() == "TooLarge");
    CHECK_FALSE(seen.offer);
  }
}

// About 1 MB in 19,000 values, which is as much as is taken.
std::string largest_offer() {
  Json tools = Json::array();
  for (int i = 0; i < 500; ++i) {
    Json properties = Json::object();
    for (int each = 0; each < 11; ++each)
      properties["property-" + std::to_string(each)] = {{"type", "string"},
                                                        {"description", std::string(120, 'x')}};
    tools.push_back({{"name", "tool-" + std::to_string(i)},
                     {"inputSchema", {{"type", "object"}, {"properties", properties}}}});
  }
  return Json{{"tools", tools}}.dump();
}

// More values than a document may have.
std::string too_many_values() {
  std::string list = "{\"tools\":[{\"name\":\"t\",\"inputSchema\":{";
  for (int i = 0; i < 49'900; ++i) list += "\"k" + std::to_string(i) + "\":{},";
  return list + "\"type\":\"object\"}}]}";
}

// The child of the next test, which is given the URLs of two servers.
TEST_CASE("looks at hostile servers under the memory limit of the Deployment" * doctest::skip()) {
  const char* urls = std::getenv("HOSTILE_URLS");
  REQUIRE(urls != nullptr);
  ProberAtWork p;
  const Json servers = Json::parse(urls);
  for (int round = 1; round <= 3; ++round) {
    for (int i = 0; i < 16; ++i) {
      const Json patch = {{"metadata", {{"namespace", "ns-" + std::to_string(i % 4)}}}};
      p.prober.look(tool_at(servers.at(i % servers.size()), patch, "tool-" + std::to_string(i)));
    }
    CHECK(p.ended("success", 8 * round));
    CHECK(p.ended("failure", 8 * round));
    p.clock.advance(std::chrono::minutes(11));
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("looks at hostile servers stay far below the memory limit of the Deployment") {
  const auto serve = [](const std::string& list) {
    return [list](const Asked& asked, Connection& connection) {
      if (asked.method() != "tools/list") return serve_modern(asked, connection);
      connection.reply(
          200, R"({"jsonrpc":"2.0","id":)" + asked.body.at("id").dump() + R"(,"result":)" + list + "}",
          "Content-Type: application/json\r\n");
    };
  };
  const ScriptedServer largest(serve(largest_offer()));
  const ScriptedServer too_many(serve(too_many_values()));
  setenv("HOSTILE_URLS", Json{largest.url(), too_many.url()}.dump().c_str(), 1);
  const ChildOutcome child =
      run_under_deployment_limit("looks at hostile servers under the memory limit of the Deployment");
  CHECK(child.status == 0);
  CHECK(child.resident < 128);
}
#endif

TEST_SUITE_END();
