#include "controller/runtime/serve/metrics_authorizer.hpp"

#include <doctest/doctest.h>

#include <future>
#include <nlohmann/json.hpp>
#include <vector>

#include "controller/testing/simulated_clock.hpp"
#include "test/unit/kube/scripted_transport.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using runtime::AccessDecision;
using runtime::MetricsAuthorizer;
using Kind = runtime::AccessDecision::Kind;

namespace {

constexpr const char* kHeader = "Bearer s3cret.token";

struct Guard {
  explicit Guard(MetricsAuthorizer::Options options = {}) : authorizer(*client, options) {}

  void authenticates(const Json& status) { transport->reply(201, Json{{"status", status}}.dump()); }
  void authenticates_scraper() {
    authenticates({{"authenticated", true},
                   {"user", {{"username", "scraper"}, {"uid", "u1"}, {"groups", {"a", "b"}}}}});
  }
  void authorizes(bool allowed) { transport->reply(201, Json{{"status", {{"allowed", allowed}}}}.dump()); }
  AccessDecision ask(std::string_view header = kHeader) {
    return authorizer.authorize({{}, TimePoint::max(), clock, {}}, header);
  }
  std::size_t asked() const { return transport->requests.size(); }
  Json sent(std::size_t n) const { return Json::parse(transport->requests.at(n).body); }

  std::shared_ptr<test::ScriptedTransport> transport = std::make_shared<test::ScriptedTransport>();
  std::unique_ptr<kube::Client> client = kube::make_client(transport);
  testing::SimulatedClock clock;
  MetricsAuthorizer authorizer;
};

}  // namespace

TEST_SUITE_BEGIN("metrics authorizer");

TEST_CASE("a known user with the right is allowed, after a review of the token and one of the right") {
  Guard g;
  g.authenticates_scraper();
  g.authorizes(true);
  const AccessDecision decision = g.ask();
  CHECK(decision.kind == Kind::Allowed);
  CHECK(decision.http_status() == 200);
  CHECK(decision.user == "scraper");
  CHECK(decision.cause.ok());
  REQUIRE(g.asked() == 2);
  CHECK(g.transport->requests[0].target == "/apis/authentication.k8s.io/v1/tokenreviews");
  CHECK(g.transport->requests[0].method == "POST");
  CHECK(g.sent(0)["kind"] == "TokenReview");
  CHECK(g.sent(0)["spec"]["token"] == "s3cret.token");
  CHECK(g.transport->requests[1].target == "/apis/authorization.k8s.io/v1/subjectaccessreviews");
  const Json spec = g.sent(1)["spec"];
  CHECK(spec["user"] == "scraper");
  CHECK(spec["uid"] == "u1");
  CHECK(spec["groups"] == Json::array({"a", "b"}));
  CHECK(spec["nonResourceAttributes"] == Json{{"path", "/metrics"}, {"verb", "get"}});
}

TEST_CASE("a request without a usable bearer token is unauthorized and costs no request") {
  Guard g;
  const std::string huge = "Bearer " + std::string(20000, 'x');
  for (const std::string& header :
       {std::string(), std::string("Basic dXNlcjpwdw=="), std::string("Bearer "), std::string("Bearer"),
        std::string("Bearer two words"), std::string("Bearer line\nbreak"), huge}) {
    const AccessDecision decision = g.ask(header);
    CHECK(decision.kind == Kind::Unauthorized);
    CHECK(decision.http_status() == 401);
  }
  CHECK(g.asked() == 0);
}

TEST_CASE("the scheme's name is read in any case") {
  Guard g;
  g.authenticates_scraper();
  g.authorizes(true);
  CHECK(g.ask("bEARER  s3cret.token").kind == Kind::Allowed);
}

TEST_CASE("a token that the API server does not know is unauthorized") {
  Guard g;
  g.authenticates({{"authenticated", false}, {"error", "token s3cret.token has expired"}});
  const AccessDecision decision = g.ask();
  CHECK(decision.kind == Kind::Unauthorized);
  CHECK(decision.cause.message().find("has expired") != std::string::npos);
  CHECK(decision.cause.message().find("s3cret") == std::string::npos);
  CHECK(decision.user.empty());
  CHECK(g.asked() == 1);
}

TEST_CASE("a known user without the right is forbidden, by name") {
  Guard g;
  g.authenticates_scraper();
  SUBCASE("not allowed") {
    g.authorizes(false);
  }
  SUBCASE("denied beats allowed") {
    g.transport->reply(201, R"({"status":{"allowed":true,"denied":true}})");
  }
  const AccessDecision decision = g.ask();
  CHECK(decision.kind == Kind::Forbidden);
  CHECK(decision.http_status() == 403);
  CHECK(decision.user == "scraper");
  CHECK(decision.cause.message().find("\"scraper\" may not get /metrics") != std::string::npos);
}

TEST_CASE("when the API server cannot be asked nobody is let in, and the next request asks again") {
  Guard g;
  SUBCASE("away") {
    g.transport->fail(test::ScriptedTransport::Sent::Maybe);
    CHECK(g.ask().cause.code() == Code::Unavailable);
  }
  SUBCASE("the process itself lacks the right") {
    g.transport->reply(403, R"({"kind":"Status","message":"cannot create tokenreviews"})");
    CHECK(g.ask().cause.message().find("system:auth-delegator") != std::string::npos);
  }
  SUBCASE("the second review fails") {
    g.authenticates_scraper();
    g.transport->fail(test::ScriptedTransport::Sent::Maybe);
    CHECK(g.ask().http_status() == 503);
  }
  SUBCASE("an answer that is none") {
    g.transport->reply(201, "[]");
    CHECK(g.ask().cause.code() == Code::Decode);
  }
  g.authenticates_scraper();
  g.authorizes(true);
  CHECK(g.ask().kind == Kind::Allowed);
}

TEST_CASE("an allowed token is asked about once a minute, a refused one once in ten seconds") {
  Guard g;
  g.authenticates_scraper();
  g.authorizes(true);
  REQUIRE(g.ask().kind == Kind::Allowed);
  g.clock.advance(59s);
  CHECK(g.ask().kind == Kind::Allowed);
  CHECK(g.asked() == 2);
  g.clock.advance(1s);
  g.authenticates_scraper();
  g.authorizes(false);  // the right was withdrawn
  CHECK(g.ask().kind == Kind::Forbidden);
  CHECK(g.asked() == 4);
  g.clock.advance(9s);
  CHECK(g.ask().kind == Kind::Forbidden);
  CHECK(g.asked() == 4);
  g.clock.advance(1s);
  g.authenticates_scraper();
  g.authorizes(true);
  CHECK(g.ask().kind == Kind::Allowed);
}

TEST_CASE("a decision is for one token, path and verb") {
  Guard g;
  g.authenticates_scraper();
  g.authorizes(true);
  REQUIRE(g.ask().kind == Kind::Allowed);
  g.authenticates({{"authenticated", false}});
  CHECK(g.ask("Bearer another").kind == Kind::Unauthorized);
  g.authenticates_scraper();
  g.authorizes(false);
  const Context ctx{{}, TimePoint::max(), g.clock, {}};
  CHECK(g.authorizer.authorize(ctx, kHeader, "/debug").kind == Kind::Forbidden);
  CHECK(g.sent(4)["spec"]["nonResourceAttributes"]["path"] == "/debug");
}

TEST_CASE("made-up tokens neither grow the cache without bound nor push out those that are good") {
  MetricsAuthorizer::Options options;
  options.max_kept = 3;
  Guard g(options);
  g.authenticates_scraper();
  g.authorizes(true);
  REQUIRE(g.ask().kind == Kind::Allowed);
  const auto bad = [&](int n) { return g.ask("Bearer made-up-" + std::to_string(n)).kind; };
  for (int i = 0; i < 10; ++i) {
    g.authenticates({{"authenticated", false}});
    REQUIRE(bad(i) == Kind::Unauthorized);
    g.clock.advance(1ms);
  }
  const std::size_t asked = g.asked();
  CHECK(g.ask().kind == Kind::Allowed);
  CHECK(bad(9) == Kind::Unauthorized);
  CHECK(g.asked() == asked);  // both were kept
  g.authenticates({{"authenticated", false}});
  CHECK(bad(0) == Kind::Unauthorized);
  CHECK(g.asked() == asked + 1);  // this one was not
}

namespace {

// Answers no request before it is told to.
class HeldTransport final : public kube::Transport {
 public:
  StatusOr<kube::HttpResponse> send(const Context&, const kube::HttpRequest&) override {
    ++waiting;
    go.wait();
    kube::HttpResponse response;
    response.status = 201;
    response.body = R"({"status":{"authenticated":false}})";
    return response;
  }
  StatusOr<std::unique_ptr<kube::LineStream>> stream(const Context&, const kube::HttpRequest&,
                                                     const StreamOptions&) override {
    return Status(Code::Internal, "no streams here");
  }
  std::atomic<int> waiting = 0;
  std::promise<void> gate;
  std::shared_future<void> go = gate.get_future().share();
};

}  // namespace

TEST_CASE("a flood of made-up tokens is not passed on to the API server") {
  const auto transport = std::make_shared<HeldTransport>();
  const auto client = kube::make_client(transport);
  MetricsAuthorizer::Options options;
  options.max_reviews = 2;
  MetricsAuthorizer authorizer(*client, options);
  auto first = std::async(std::launch::async, [&] { return authorizer.authorize({}, "Bearer a").kind; });
  auto second = std::async(std::launch::async, [&] { return authorizer.authorize({}, "Bearer b").kind; });
  while (transport->waiting < 2) std::this_thread::yield();
  auto third = std::async(std::launch::async, [&] { return authorizer.authorize({}, "Bearer c"); });
  CHECK(third.wait_for(10s) == std::future_status::ready);
  transport->gate.set_value();
  const AccessDecision refused = third.get();
  CHECK(refused.kind == Kind::Unavailable);
  CHECK(refused.cause.code() == Code::TooManyRequests);
  CHECK(first.get() == Kind::Unauthorized);
  CHECK(second.get() == Kind::Unauthorized);
  CHECK(authorizer.authorize({}, "Bearer c").kind == Kind::Unauthorized);
}

TEST_SUITE_END();
