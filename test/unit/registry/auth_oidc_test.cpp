// Tokens judged by the keys of an issuer that the test plays: rotation, failures, what is kept and
// for how long.
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "controller/base/base64.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "judge.hpp"
#include "registry/auth/oidc.hpp"
#include "token_maker.hpp"

namespace registry = toolhive::registry;

using namespace toolhive::registry;
using toolhive::encode_base64url;
using namespace toolhive::registry::auth;
using namespace std::chrono_literals;

using registry::test::key_set;
using registry::test::TokenMaker;

namespace {

const std::string kIssuer = "https://issuer.example/realm";

// Lets a test do something while the thread that made the clock asks for the time.
class WatchedClock final : public toolhive::Clock {
 public:
  explicit WatchedClock(toolhive::WallTime wall) : clock_(wall) {}

  toolhive::TimePoint now() const override { return clock_.now(); }
  toolhive::WallTime wall() const override {
    if (std::this_thread::get_id() == owner_ && told_ && --left_ == 0) std::exchange(told_, nullptr)();
    return clock_.wall();
  }
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& changed,
                  toolhive::TimePoint deadline) override {
    clock_.wait_until(lock, changed, deadline);
  }
  void advance(std::chrono::seconds by) { clock_.advance(by); }
  // `told` is called when the time is asked for the `count`th time from now.
  void when_asked(int count, std::function<void()> told) {
    left_ = count;
    told_ = std::move(told);
  }

 private:
  toolhive::testing::SimulatedClock clock_;
  const std::thread::id owner_ = std::this_thread::get_id();
  mutable std::function<void()> told_;
  mutable int left_ = 0;
};

// A clock, and an issuer whose documents can be changed and that can be down.
class IssuerPlay {
 public:
  IssuerPlay() {
    settings.issuer = kIssuer;
    settings.audiences = {"mcp-registry"};
    documents[kIssuer + "/.well-known/openid-configuration"] =
        Json{{"issuer", kIssuer}, {"jwks_uri", "https://issuer.example/keys"}}.dump();
  }

  void publish(std::string keys) {
    std::lock_guard guard(mutex_);
    documents["https://issuer.example/keys"] = std::move(keys);
  }
  void break_down(bool now) {
    std::lock_guard guard(mutex_);
    down_ = now;
  }
  // Lets fetches wait until it is called with false.
  void hold(bool now) {
    std::lock_guard guard(mutex_);
    held_ = now;
    changed_.notify_all();
  }
  void advance(std::chrono::seconds by) { clock_.advance(by); }
  void when_asked_for_time(int count, std::function<void()> told) {
    clock_.when_asked(count, std::move(told));
  }

  OidcAuthenticator& start() {
    const auto fetch = [this](const std::stop_token& stop) -> Fetch {
      return [this, stop](const std::string& url) -> Result<std::string> {
        std::unique_lock lock(mutex_);
        ++fetches_;
        changed_.notify_all();
        changed_.wait(lock, stop, [this] { return !held_; });
        const auto it = documents.find(url);
        if (down_ || stop.stop_requested() || it == documents.end())
          return Error{Code::Unavailable, "connection refused"};
        return it->second;
      };
    };
    authenticator = std::make_unique<OidcAuthenticator>(settings, fetch, clock_);
    return *authenticator;
  }

  Verdict judge(const std::string& token) { return registry::test::judge(*authenticator, token); }

  std::int64_t now() const { return std::chrono::system_clock::to_time_t(clock_.wall()); }
  Json claims(const std::string& subject = "ada") const {
    return {{"iss", kIssuer}, {"aud", "mcp-registry"}, {"sub", subject}, {"exp", now() + 3600}};
  }
  int fetches() {
    std::lock_guard guard(mutex_);
    return fetches_;
  }
  bool wait_for_fetches(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return fetches_ >= count; });
  }

  OidcSettings settings;
  std::map<std::string, std::string> documents;
  std::unique_ptr<OidcAuthenticator> authenticator;

 private:
  WatchedClock clock_{toolhive::WallTime(1'800'000'000s)};
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool down_ = false, held_ = false;
  int fetches_ = 0;

 public:
  ~IssuerPlay() {
    hold(false);
    authenticator.reset();
  }
};

std::string hmac_token(const std::string& secret, const Json& header, const Json& payload) {
  const auto text = encode_base64url(header.dump()) + "." + encode_base64url(payload.dump());
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return text + "." + encode_base64url({reinterpret_cast<const char*>(mac), size});
}

}  // namespace

TEST_CASE("a token is judged by keys that came while it was held against those before") {
  IssuerPlay play;
  const TokenMaker maker(Algorithm::RS256, "k1");
  play.publish(key_set(maker));
  play.hold(true);
  play.start();
  REQUIRE(play.wait_for_fetches(1));
  const auto token = maker.sign(play.claims()), other = maker.sign(play.claims("bob"));
  // First for what is remembered of the token, then for the token.
  play.when_asked_for_time(2, [&] {
    play.hold(false);
    CHECK(play.judge(other).kind == Verdict::Kind::Accepted);
  });
  const auto verdict = play.judge(token);
  CHECK_MESSAGE(verdict.kind == Verdict::Kind::Accepted, verdict.reason);
}

TEST_CASE("a token of the issuer is accepted, and judged once") {
  IssuerPlay play;
  const TokenMaker maker(Algorithm::RS256, "k1");
  play.publish(key_set(maker));
  play.start();
  auto claims = play.claims();
  claims["groups"] = {"team-a"};
  const auto token = maker.sign(claims);
  const auto first = play.judge(token);
  REQUIRE_MESSAGE(first.kind == Verdict::Kind::Accepted, first.reason);
  CHECK(first.identity->subject == "ada");
  CHECK(first.identity->groups == std::vector<std::string>{"team-a"});
  // The same object again: nothing was verified.
  CHECK(play.judge(token).identity == first.identity);
  CHECK(play.authenticator->problem() == "");

  // What is kept is kept no longer than it is good.
  play.advance(3629s);
  CHECK(play.judge(token).kind == Verdict::Kind::Accepted);
  play.advance(1s);
  CHECK(play.judge(token).reason == "the token has expired");
}

TEST_CASE("no token is accepted whose algorithm its key was not made for") {
  IssuerPlay play;
  const TokenMaker maker(Algorithm::RS256, "k1"), stranger(Algorithm::RS256, "k1"),
      curve(Algorithm::ES384, "k2");
  play.publish(key_set(maker, curve));
  play.start();
  const auto claims = play.claims();
  const auto unsigned_token = [&](const char* algorithm) {
    return encode_base64url(Json{{"alg", algorithm}, {"kid", "k1"}}.dump()) + "." +
           encode_base64url(claims.dump()) + ".";
  };
  CHECK(play.judge(maker.sign(claims)).kind == Verdict::Kind::Accepted);
  const std::string refusals[] = {
      unsigned_token("none"),
      unsigned_token("None"),
      unsigned_token("RS256"),
      // The public key taken for a secret.
      hmac_token(maker.pem(), {{"alg", "HS256"}, {"kid", "k1"}}, claims),
      hmac_token(maker.pem(), {{"alg", "RS256"}, {"kid", "k1"}}, claims),
      // Signed by somebody else who says to be k1.
      stranger.sign(claims),
      // The issuer's own key, with an algorithm that is not allowed.
      curve.sign(claims),
      // Another payload under a good signature.
      encode_base64url(maker.header().dump()) + "." + encode_base64url(play.claims("root").dump()) +
          maker.sign(claims).substr(maker.sign(claims).rfind('.')),
      "garbage",
  };
  for (const auto& token : refusals) {
    CAPTURE(token);
    const auto verdict = play.judge(token);
    CHECK(verdict.kind == Verdict::Kind::Rejected);
    CHECK_FALSE(verdict.reason.empty());
  }
  // The key that a token brings along is not looked at.
  auto header = stranger.header();
  header["jwk"] = stranger.jwk();
  header["jku"] = "https://evil.example/keys";
  CHECK(play.judge(stranger.sign(header, claims.dump())).kind == Verdict::Kind::Rejected);
  CHECK(play.fetches() == 2);
}

TEST_CASE("a token that names a new key has the keys fetched again, once in ten seconds") {
  IssuerPlay play;
  const TokenMaker first(Algorithm::RS256, "k1"), second(Algorithm::ES256, "k2"),
      unknown(Algorithm::RS256, "k3");
  play.publish(key_set(first));
  play.start();
  CHECK(play.judge(first.sign(play.claims())).kind == Verdict::Kind::Accepted);
  play.publish(key_set(first, second));
  // Too soon after the first fetch: nobody is asked, however many such tokens come.
  for (int i = 0; i < 5; ++i) CHECK(play.judge(second.sign(play.claims())).kind == Verdict::Kind::Rejected);
  CHECK(play.fetches() == 2);
  play.advance(10s);
  CHECK(play.judge(second.sign(play.claims())).kind == Verdict::Kind::Accepted);
  CHECK(play.fetches() == 4);
  play.advance(10s);
  const auto verdict = play.judge(unknown.sign(play.claims()));
  CHECK(verdict.kind == Verdict::Kind::Rejected);
  CHECK(verdict.reason == "the issuer has no such key as the token is signed with");
  CHECK(play.fetches() == 6);
}

TEST_CASE("a key that the issuer took back is no longer believed, nor what was accepted with it") {
  IssuerPlay play;
  play.settings.refresh = 600s;
  const TokenMaker first(Algorithm::RS256, "k1"), second(Algorithm::RS256, "k2");
  play.publish(key_set(first));
  play.start();
  const auto token = first.sign(play.claims());
  CHECK(play.judge(token).kind == Verdict::Kind::Accepted);
  play.publish(key_set(second));
  play.advance(599s);
  CHECK(play.judge(token).kind == Verdict::Kind::Accepted);
  CHECK(play.fetches() == 2);
  // The keys are fetched without anybody asking for one.
  play.advance(1s);
  REQUIRE(play.wait_for_fetches(4));
  CHECK(play.judge(second.sign(play.claims())).kind == Verdict::Kind::Accepted);
  CHECK(play.judge(token).kind == Verdict::Kind::Rejected);
}

TEST_CASE("while the issuer is down the keys that are known stay good") {
  IssuerPlay play;
  play.settings.refresh = 60s;
  const TokenMaker first(Algorithm::RS256, "k1"), second(Algorithm::RS256, "k2");
  play.publish(key_set(first));
  play.start();
  CHECK(play.judge(first.sign(play.claims())).kind == Verdict::Kind::Accepted);
  play.break_down(true);
  play.advance(3600s);
  REQUIRE(play.wait_for_fetches(3));
  CHECK(play.judge(first.sign(play.claims())).kind == Verdict::Kind::Accepted);
  CHECK(play.authenticator->problem() == "");
  // Of a key that is not known nobody can say whether it is the issuer's.
  play.advance(10s);
  CHECK(play.judge(second.sign(play.claims())).kind == Verdict::Kind::Unavailable);
  play.publish(key_set(first, second));
  play.break_down(false);
  play.advance(10s);
  CHECK(play.judge(second.sign(play.claims())).kind == Verdict::Kind::Accepted);
}

TEST_CASE("an issuer that is down at the start makes tokens unavailable, not refused, until it is there") {
  IssuerPlay play;
  const TokenMaker maker(Algorithm::RS256, "k1");
  play.break_down(true);
  play.start();
  REQUIRE(play.wait_for_fetches(1));
  const auto token = maker.sign(play.claims());
  const auto verdict = play.judge(token);
  CHECK(verdict.kind == Verdict::Kind::Unavailable);
  CHECK(verdict.retry_after >= 1s);
  CHECK(verdict.reason.find(kIssuer) != std::string::npos);
  CHECK(play.authenticator->problem().find("connection refused") != std::string::npos);
  CHECK(play.judge("garbage").kind == Verdict::Kind::Rejected);

  play.publish(key_set(maker));
  play.break_down(false);
  const auto before = play.fetches();
  play.advance(2s);
  REQUIRE(play.wait_for_fetches(before + 2));
  CHECK(play.judge(token).kind == Verdict::Kind::Accepted);
  CHECK(play.authenticator->problem() == "");
}

TEST_CASE("a discovery document that is not the issuer's own leads to no keys") {
  const TokenMaker maker(Algorithm::RS256, "k1");
  const auto problem_with = [&](const Json& discovery) {
    IssuerPlay play;
    play.publish(key_set(maker));
    play.documents[kIssuer + "/.well-known/openid-configuration"] = discovery.dump();
    play.start();
    CHECK(play.judge(maker.sign(play.claims())).kind == Verdict::Kind::Unavailable);
    return play.authenticator->problem();
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  CHECK(has(problem_with({{"issuer", kIssuer + "/"}, {"jwks_uri", "https://issuer.example/keys"}}),
            "to the letter"));
  CHECK(has(problem_with({{"jwks_uri", "https://issuer.example/keys"}}), "names nothing as issuer"));
  CHECK(has(problem_with({{"issuer", kIssuer}}), "jwks_uri"));
  CHECK(has(problem_with({{"issuer", kIssuer}, {"jwks_uri", "http://issuer.example/keys"}}), "https"));
  CHECK(has(problem_with({{"issuer", kIssuer}, {"jwks_uri", "file:///etc/keys"}}), "https"));
  CHECK(has(problem_with({{"issuer", kIssuer}, {"jwks_uri", "http://127.evil.example/keys"}}), "https"));
  CHECK(has(problem_with(Json::array()), "JSON object"));
}

TEST_CASE(
    "a thousand requests wait for the keys, one more is told to come back, and a stop ends the waiting") {
  IssuerPlay play;
  const TokenMaker maker(Algorithm::RS256, "k1");
  play.publish(key_set(maker));
  play.hold(true);
  auto& authenticator = play.start();
  REQUIRE(play.wait_for_fetches(1));
  const auto token = maker.sign(play.claims());
  std::atomic<int> unavailable{0}, accepted{0};
  const auto count = [&](const Verdict& verdict) {
    ++(verdict.kind == Verdict::Kind::Accepted ? accepted : unavailable);
  };
  for (int i = 0; i < 1000; ++i) authenticator.authenticate(token, count);
  CHECK(unavailable == 0);
  const auto late = play.judge(token);
  CHECK(late.kind == Verdict::Kind::Unavailable);
  CHECK(late.reason == "too many requests wait for the issuer's keys");

  SUBCASE("all are answered when the keys come") {
    play.hold(false);
    while (accepted + unavailable < 1000) std::this_thread::yield();
    CHECK(accepted == 1000);
    CHECK(play.judge(token).kind == Verdict::Kind::Accepted);
  }
  SUBCASE("or when it stops") {
    authenticator.stop();
    CHECK(unavailable == 1000);
    CHECK(play.judge(maker.sign(play.claims("late"))).kind == Verdict::Kind::Unavailable);
  }
}

TEST_CASE("a token without a key's name is tried with each key that fits") {
  IssuerPlay play;
  const TokenMaker first(Algorithm::RS256, "k1"), second(Algorithm::RS256, "k2"),
      third(Algorithm::RS256, "k3");
  play.publish(key_set(first, second));
  play.start();
  const Json header = {{"alg", "RS256"}};
  CHECK(play.judge(second.sign(header, play.claims().dump())).kind == Verdict::Kind::Accepted);
  play.publish(key_set(third));
  play.advance(10s);
  CHECK(play.judge(third.sign(header, play.claims().dump())).kind == Verdict::Kind::Accepted);
}
