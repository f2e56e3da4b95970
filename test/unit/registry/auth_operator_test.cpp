// The operator's tokens beside those of everybody else: whose they are, what they may do, where
// they are good.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "controller/testing/simulated_clock.hpp"
#include "judge.hpp"
#include "registry/auth/operator_authenticator.hpp"
#include "registry/auth/permit.hpp"
#include "token_maker.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::auth;
using namespace std::chrono_literals;

using toolhive::registry::test::key_set;
using toolhive::registry::test::TokenMaker;

namespace {

// Accepts every token as `subject`.
class Believing final : public Authenticator {
 public:
  void authenticate(const std::string& token, Done done) override {
    asked.push_back(token);
    done(Verdict::accepted(std::make_shared<const Identity>(Identity{subject, {}})));
  }
  void stop() override {}
  std::string problem() const override { return "nobody answers"; }
  std::string subject = "ada";
  std::vector<std::string> asked;
};

class OperatorPlay {
 public:
  OperatorPlay() {
    folder_ = std::filesystem::temp_directory_path() / ("operator-keys-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
    auto inner = std::make_unique<Believing>();
    others = inner.get();
    authenticator.emplace(OperatorSettings{"team/reg/uid-1", file()}, std::move(inner), clock);
  }
  ~OperatorPlay() { std::filesystem::remove_all(folder_); }

  std::string file() const { return (folder_ / "keys.json").string(); }
  void publish(const std::string& keys) const { std::ofstream(file()) << keys; }
  Json claims() const {
    const auto now = std::chrono::system_clock::to_time_t(clock.wall());
    return {{"iss", "toolhive-operator"},
            {"sub", "toolhive-operator"},
            {"aud", "team/reg/uid-1"},
            {"iat", now},
            {"exp", now + 600}};
  }
  Verdict judge(const std::string& token) { return toolhive::registry::test::judge(*authenticator, token); }

  toolhive::testing::SimulatedClock clock{toolhive::WallTime(1'800'000'000s)};
  Believing* others = nullptr;
  std::optional<OperatorAuthenticator> authenticator;

 private:
  std::filesystem::path folder_;
};

}  // namespace

TEST_CASE("a token of the operator for this registry is the operator's") {
  OperatorPlay play;
  const TokenMaker maker(Algorithm::ES256, "k1");
  play.publish(key_set(maker));
  const auto verdict = play.judge(maker.sign(play.claims()));
  REQUIRE_MESSAGE(verdict.kind == Verdict::Kind::Accepted, verdict.reason);
  CHECK(verdict.identity->is_operator);
  CHECK(verdict.identity->subject == "toolhive-operator");
  CHECK(play.others->asked.empty());
}

TEST_CASE("a token of the operator for another registry is refused") {
  OperatorPlay play;
  const TokenMaker maker(Algorithm::ES256, "k1");
  play.publish(key_set(maker));
  auto claims = play.claims();
  claims["aud"] = "team/reg/uid-2";
  CHECK(play.judge(maker.sign(claims)).reason ==
        "the token is for another audience; this registry is team/reg/uid-1");
}

TEST_CASE("who says to be the operator and signs with another key is refused, and nobody else is asked") {
  OperatorPlay play;
  const TokenMaker maker(Algorithm::ES256, "k1"), same_name(Algorithm::ES256, "k1"),
      other(Algorithm::ES256, "k2");
  play.publish(key_set(maker));
  CHECK(play.judge(same_name.sign(play.claims())).reason == "the token's signature is wrong");
  CHECK(play.judge(other.sign(play.claims())).reason ==
        "the operator has no such key as the token is signed with");
  const TokenMaker rsa(Algorithm::RS256, "k1");
  CHECK(play.judge(rsa.sign(play.claims())).kind == Verdict::Kind::Rejected);
  CHECK(play.others->asked.empty());
}

TEST_CASE("the operator's token ends with its time") {
  OperatorPlay play;
  const TokenMaker maker(Algorithm::ES256, "k1");
  play.publish(key_set(maker));
  const auto token = maker.sign(play.claims());
  CHECK(play.judge(token).kind == Verdict::Kind::Accepted);
  play.clock.advance(631s);
  CHECK(play.judge(token).reason == "the token has expired");
}

TEST_CASE("other keys in the file count within a second, and the old ones no longer") {
  OperatorPlay play;
  const TokenMaker old_key(Algorithm::ES256, "k1"), new_key(Algorithm::ES256, "k2");
  play.publish(key_set(old_key));
  CHECK(play.judge(old_key.sign(play.claims())).kind == Verdict::Kind::Accepted);
  play.publish(key_set(new_key));
  play.clock.advance(1s);
  CHECK(play.judge(new_key.sign(play.claims())).kind == Verdict::Kind::Accepted);
  CHECK(play.judge(old_key.sign(play.claims())).kind == Verdict::Kind::Rejected);
}

TEST_CASE("a key file that is gone or broken leaves the keys as they were") {
  OperatorPlay play;
  const TokenMaker maker(Algorithm::ES256, "k1");
  CHECK(play.judge(maker.sign(play.claims())).kind == Verdict::Kind::Unavailable);
  for (const std::string broken : {"", "{", R"({"keys":[]})"}) {
    play.publish(key_set(maker));
    play.clock.advance(1s);
    CHECK(play.judge(maker.sign(play.claims())).kind == Verdict::Kind::Accepted);
    play.publish(broken);
    play.clock.advance(1s);
    CHECK(play.judge(maker.sign(play.claims())).kind == Verdict::Kind::Accepted);
  }
  std::filesystem::remove(play.file());
  play.clock.advance(1s);
  CHECK(play.judge(maker.sign(play.claims())).kind == Verdict::Kind::Accepted);
}

TEST_CASE("tokens of others are judged as without an operator, but for its own name") {
  OperatorPlay play;
  const TokenMaker maker(Algorithm::ES256, "k1");
  play.publish(key_set(maker));
  auto claims = play.claims();
  claims["iss"] = "https://issuer.example";
  for (const auto& token : {maker.sign(claims), std::string("opaque"), std::string("a.b.c")}) {
    const auto verdict = play.judge(token);
    REQUIRE(verdict.kind == Verdict::Kind::Accepted);
    CHECK_FALSE(verdict.identity->is_operator);
    CHECK(play.others->asked.back() == token);
  }
  play.others->subject = "toolhive-operator";
  CHECK(play.judge("opaque").reason == "the subject toolhive-operator is the operator's own");
  CHECK(play.authenticator->problem() == "nobody answers");
}

TEST_CASE("the operator may write everything for MCPTools, and no more") {
  AuthSettings settings;
  settings.rules = {{{"*"}, {}, Right::Admin, {}, {}}};
  Identity identity{"toolhive-operator", {}};
  identity.is_operator = true;
  const Permit permit(settings, identity);
  CHECK(permit.may(Right::Write, "weather.today"));
  CHECK(permit.may_all(Right::Read));
  CHECK(permit.may_act_for({"MCPTool", "team", "weather", "u"}));
  CHECK_FALSE(permit.may_act_for({"Other", "team", "weather", "u"}));
  CHECK_FALSE(permit.may(Right::Admin, "weather.today"));
  // Somebody of that name is not the operator.
  settings.rules = {{{"ada"}, {}, Right::Read, {}, {}}};
  CHECK_FALSE(Permit(settings, {"toolhive-operator", {}}).may_any(Right::Read));
}
