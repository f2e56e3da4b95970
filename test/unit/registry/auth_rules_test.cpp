// Who may do what, how much of it, and under which address: the parts that need neither tokens nor
// a network.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "controller/testing/simulated_clock.hpp"
#include "registry/auth/audit.hpp"
#include "registry/auth/peer.hpp"
#include "registry/auth/permit.hpp"
#include "registry/auth/rate_limit.hpp"
#include "registry/auth/verdict_cache.hpp"
#include "registry/model/json.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::auth;
using namespace std::chrono_literals;
using toolhive::testing::SimulatedClock;

namespace {

Rule rule(std::vector<std::string> subjects, std::vector<std::string> groups, Right right,
          std::vector<std::string> names = {}, std::vector<std::string> managers = {}) {
  return {std::move(subjects), std::move(groups), right, std::move(names), std::move(managers)};
}

}  // namespace

TEST_CASE("rules add up: of those that fit somebody the highest right to a name counts") {
  AuthSettings settings;
  settings.rules = {
      rule({"ada"}, {}, Right::Write, {"weather.*", "io.example/*"}),
      rule({}, {"team-*"}, Right::Read, {"maps"}),
      rule({"*"}, {}, Right::Read, {"public.*"}),
      rule({"root"}, {}, Right::Admin),
  };
  const Permit ada(settings, {"ada", {"team-a"}});
  CHECK(ada.may(Right::Write, "weather.today"));
  CHECK(ada.may(Right::Read, "weather.today"));
  CHECK(ada.may(Right::Write, "io.example/x"));
  CHECK_FALSE(ada.may(Right::Admin, "weather.today"));
  CHECK_FALSE(ada.may(Right::Read, "weather"));
  CHECK(ada.may(Right::Read, "maps"));
  CHECK_FALSE(ada.may(Right::Write, "maps"));
  CHECK(ada.may(Right::Read, "public.x"));
  CHECK_FALSE(ada.may_all(Right::Read));
  CHECK(ada.may_any(Right::Write));
  CHECK_FALSE(ada.may_any(Right::Admin));

  const Permit bob(settings, {"bob", {"team"}});
  CHECK_FALSE(bob.may(Right::Read, "maps"));
  CHECK(bob.may(Right::Read, "public.x"));
  CHECK_FALSE(bob.may_any(Right::Write));
  CHECK(bob.key() != ada.key());
  CHECK(bob.key() == Permit(settings, {"eve", {}}).key());

  const Permit root(settings, {"root", {}});
  CHECK(root.may_all(Right::Admin));
  CHECK(root.may(Right::Admin, "anything/at.all"));

  CHECK_FALSE(Permit(settings).may_any(Right::Read));
  settings.anonymous_names = {"open.*"};
  const Permit some(settings);
  CHECK(some.may(Right::Read, "open.x"));
  CHECK_FALSE(some.may(Right::Read, "maps"));
  CHECK_FALSE(some.may(Right::Write, "open.x"));
  CHECK(some.may_any(Right::Read));
  CHECK_FALSE(some.may_all(Right::Read));
  CHECK(Permit(settings, {"bob", {}}).may(Right::Read, "open.x"));
  // Nobody who says who they are may less than who does not.
  settings.anonymous_read = true;
  CHECK(Permit(settings).may_all(Right::Read));
  CHECK_FALSE(Permit(settings).may_any(Right::Write));
  CHECK(Permit(settings, {"bob", {}}).may_all(Right::Read));
}

TEST_CASE("a resource of Kubernetes is spoken for only by whom a rule names, and by admins") {
  AuthSettings settings;
  settings.rules = {
      rule({"operator"}, {}, Right::Write, {}, {"MCPTool/*"}),
      rule({"team"}, {}, Right::Write, {}, {"MCPTool/team-a/*"}),
      rule({"plain"}, {}, Right::Write),
      rule({"reader"}, {}, Right::Read, {}, {"MCPTool/*"}),
      rule({"root"}, {}, Right::Admin),
  };
  const ManagedBy ours{"MCPTool", "team-a", "weather", "u1"}, other{"MCPTool", "team-b", "weather", ""},
      server{"Server", "io.x", "y", ""};
  const auto of = [&](const char* subject) { return Permit(settings, {subject, {}}); };
  CHECK(of("operator").may_act_for(other));
  CHECK_FALSE(of("operator").may_act_for(server));
  CHECK(of("team").may_act_for(ours));
  CHECK_FALSE(of("team").may_act_for(other));
  CHECK_FALSE(of("plain").may_act_for(ours));
  CHECK_FALSE(of("reader").may_act_for(ours));
  CHECK(of("root").may_act_for(server));
}

TEST_CASE("a client has its burst at once, then its rate, and others have theirs") {
  SimulatedClock clock;
  RateLimit limit({2, 5}, clock);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(limit.take("a"));
  CHECK(limit.take("a") == 1s);
  CHECK(limit.wait_of("a") == 1s);
  CHECK_FALSE(limit.wait_of("b"));
  CHECK_FALSE(limit.take("b"));
  clock.advance(499ms);
  CHECK(limit.take("a"));
  clock.advance(1ms);
  CHECK_FALSE(limit.take("a"));
  CHECK(limit.take("a"));
  // It fills up to the burst and no further.
  clock.advance(1h);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(limit.take("a"));
  CHECK(limit.take("a"));

  RateLimit slow({1, 1}, clock);
  CHECK_FALSE(slow.take("a"));
  CHECK(slow.take("a") == 1s);
  RateLimit without_burst({2, 0}, clock);  // Twice the rate.
  for (int i = 0; i < 4; ++i) CHECK_FALSE(without_burst.take("a"));
  CHECK(without_burst.take("a"));
  RateLimit off({0, 0}, clock);
  for (int i = 0; i < 100; ++i) CHECK_FALSE(off.take("a"));
  CHECK(off.clients() == 0);
}

TEST_CASE("the clients that are remembered have a bound, and the last seen stay") {
  SimulatedClock standing;
  RateLimit limit({1, 1}, standing);
  CHECK_FALSE(limit.take("kept"));
  for (std::size_t i = 0; i < RateLimit::kClients + 100; ++i) {
    (void)limit.take("c" + std::to_string(i));
    if (i % 1000 == 0) CHECK(limit.take("kept"));
  }
  CHECK(limit.clients() == RateLimit::kClients);
  CHECK(limit.take("kept"));
}

TEST_CASE("verdicts are kept for their time, and where there is no room the one not asked for longest goes") {
  VerdictCache<int> cache(2);
  cache.add("a", Verdict::rejected("a"), 10);
  cache.add("b", Verdict::rejected("b"), 10);
  REQUIRE(cache.find("a", 0));
  cache.add("c", Verdict::rejected("c"), 10);
  CHECK_FALSE(cache.find("b", 0));
  CHECK(cache.find("c", 9));
  CHECK(cache.find("a", 9)->reason == "a");
  cache.add("a", Verdict::rejected("anew"), 20);
  CHECK(cache.size() == 2);
  CHECK(cache.find("a", 10)->reason == "anew");
  CHECK_FALSE(cache.find("c", 10));
  CHECK(cache.size() == 1);
}

TEST_CASE("a client's address is what trusted proxies say, and nothing else") {
  CHECK(client_address("10.0.0.1", "1.2.3.4", 0) == "10.0.0.1");
  CHECK(client_address("10.0.0.1", "1.2.3.4", 1) == "1.2.3.4");
  CHECK(client_address("10.0.0.1", "6.6.6.6, 1.2.3.4", 1) == "1.2.3.4");
  CHECK(client_address("10.0.0.1", "6.6.6.6,1.2.3.4 ,\t10.0.0.2", 2) == "1.2.3.4");
  CHECK(client_address("10.0.0.1", "1.2.3.4", 3) == "1.2.3.4");
  CHECK(client_address("10.0.0.1", "", 1) == "10.0.0.1");
  CHECK(client_address("10.0.0.1", "unknown", 1) == "10.0.0.1");
  CHECK(client_address("10.0.0.1", "1.2.3.4, ", 1) == "10.0.0.1");
  CHECK(client_address("10.0.0.1", "2001:db8::1", 1) == "2001:db8::1");
  CHECK(client_address("10.0.0.1", "1.2.3.4:5001", 1) == "1.2.3.4");
  CHECK(client_address("10.0.0.1", "6.6.6.6:1, [2001:db8::7]:443", 1) == "2001:db8::7");
  CHECK(client_address("10.0.0.1", "[2001:db8::7]", 1) == "2001:db8::7");
  CHECK(client_address("10.0.0.1", "\"[2001:db8::7]\"", 1) == "2001:db8::7");
  CHECK(client_address("10.0.0.1", "[2001:db8::7", 1) == "10.0.0.1");
  CHECK(client_address("10.0.0.1", "unknown:80", 1) == "10.0.0.1");

  CHECK(network_of("1.2.3.4") == "1.2.3.4");
  CHECK(network_of("::ffff:1.2.3.4") == "1.2.3.4");
  CHECK(network_of("2001:db8:0:1:aaaa::1") == network_of("2001:db8:0:1:bbbb::2"));
  CHECK(network_of("2001:db8:0:1::1") != network_of("2001:db8:0:2::1"));
  CHECK(network_of("") == "");
}

TEST_CASE(
    "the audit log has one JSON line for each write, and finds its file again when that was moved away") {
  char folder[] = "/tmp/registry-audit-XXXXXX";
  REQUIRE(::mkdtemp(folder) != nullptr);
  AuditSettings settings;
  settings.output = AuditSettings::Output::File;
  settings.file = std::string(folder) + "/audit.log";
  SimulatedClock clock(toolhive::WallTime(1'800'000'000s));
  AuditLog log(settings, clock);
  REQUIRE(log.check().ok());
  AuditEntry entry;
  entry.request_id = "r1";
  entry.subject = "ada \"the first\"\n";
  entry.groups = {"a", "b"};
  entry.peer = "1.2.3.4";
  entry.action = "register";
  entry.name = "weather";
  entry.version = "1.0.0";
  entry.status = 201;
  entry.entity_tag = "\"t\"";
  log.add(entry);
  const auto moved = settings.file + ".1";
  REQUIRE(std::rename(settings.file.c_str(), moved.c_str()) == 0);
  AuditEntry refused;
  refused.status = 403;
  refused.reason = "no";
  log.add(refused);

  const auto read = [](const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  };
  const auto first = read(moved);
  REQUIRE(first.ends_with("\n"));
  const auto line = Json::parse(first);
  CHECK(
      line.dump() ==
      R"({"ts":"2027-01-15T08:00:00.000000Z","level":"info","audit":true,"msg":"write","requestId":"r1","subject":"ada \"the first\"\n",)"
      R"("groups":["a","b"],"peer":"1.2.3.4","action":"register","name":"weather","version":"1.0.0","outcome":"done","status":201,)"
      R"("etag":"\"t\""})");
  const auto second = Json::parse(read(settings.file));
  CHECK(second["subject"] == "anonymous");
  CHECK(second["outcome"] == "refused");
  CHECK(second["reason"] == "no");
  CHECK_FALSE(second.contains("groups"));
  struct stat info {};
  REQUIRE(::stat(settings.file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(log.lost() == 0);

  ::unlink(moved.c_str());
  ::unlink(settings.file.c_str());
  ::rmdir(folder);
  log.add(entry);
  CHECK(log.lost() == 1);
  const auto checked = log.check();
  REQUIRE_FALSE(checked.ok());
  CHECK(checked.error().field == "audit.file");
}
