// Tokens judged by an API server that the test plays: what it is asked, what is kept, what its
// failures come to.
#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "controller/testing/simulated_clock.hpp"
#include "judge.hpp"
#include "registry/auth/kubernetes.hpp"
#include "registry/auth/token_review.hpp"
#include "registry/model/json.hpp"

namespace registry = toolhive::registry;

using namespace toolhive::registry;
using namespace toolhive::registry::auth;
using namespace std::chrono_literals;

namespace {

Json review_of(const std::string& user, const Json& audiences = Json::array({"mcp-registry"})) {
  return {{"kind", "TokenReview"},
          {"apiVersion", "authentication.k8s.io/v1"},
          {"status",
           {{"authenticated", true},
            {"user", {{"username", user}, {"groups", {"system:serviceaccounts"}}}},
            {"audiences", audiences}}}};
}

const std::vector<std::string> kOurs = {"mcp-registry"};

class ReviewPlay {
 public:
  ReviewPlay() {
    settings.server = "https://kubernetes.default.svc";
    char name[] = "/tmp/registry-token-XXXXXX";
    const int fd = ::mkstemp(name);
    REQUIRE(fd >= 0);
    ::close(fd);
    settings.token_file = name;
    write_token("own-1");
  }
  ~ReviewPlay() {
    hold(false);
    authenticator.reset();
    ::unlink(settings.token_file.c_str());
  }
  ReviewPlay(const ReviewPlay&) = delete;
  ReviewPlay& operator=(const ReviewPlay&) = delete;

  void write_token(const std::string& token) const { std::ofstream(settings.token_file) << token << '\n'; }
  void hold(bool now) {
    std::lock_guard guard(mutex_);
    held_ = now;
    changed_.notify_all();
  }
  void answer(int status, const std::string& body) {
    std::lock_guard guard(mutex_);
    reply_ = HttpReply{status, body};
  }
  void answer(const Json& review) { answer(201, review.dump()); }
  void break_down() {
    std::lock_guard guard(mutex_);
    reply_ = Error{Code::Unavailable, "connection refused"};
  }

  KubernetesAuthenticator& start() {
    const auto send = [this](const std::stop_token& stop) -> KubernetesAuthenticator::Send {
      return [this, stop](const HttpCall& call) -> Result<HttpReply> {
        std::unique_lock lock(mutex_);
        calls.push_back(call);
        changed_.notify_all();
        changed_.wait(lock, stop, [this] { return !held_; });
        return reply_;
      };
    };
    authenticator = std::make_unique<KubernetesAuthenticator>(settings, send, clock);
    return *authenticator;
  }

  Verdict judge(const std::string& token) { return registry::test::judge(*authenticator, token); }
  std::size_t asked() {
    std::lock_guard guard(mutex_);
    return calls.size();
  }
  bool wait_for_calls(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return calls.size() >= count; });
  }

  KubernetesSettings settings;
  std::vector<HttpCall> calls;
  toolhive::testing::SimulatedClock clock;
  std::unique_ptr<KubernetesAuthenticator> authenticator;

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool held_ = false;
  Result<HttpReply> reply_ = Error{Code::Unavailable, "nothing was set"};
};

}  // namespace

TEST_CASE("a TokenReview is read as the API server means it") {
  const auto accepted = read_token_review(review_of("system:serviceaccount:a:b").dump(), kOurs);
  REQUIRE(accepted.ok());
  REQUIRE(accepted->kind == Verdict::Kind::Accepted);
  CHECK(accepted->identity->subject == "system:serviceaccount:a:b");
  CHECK(accepted->identity->groups == std::vector<std::string>{"system:serviceaccounts"});

  const auto kind_of = [](const Json& review) { return read_token_review(review.dump(), kOurs)->kind; };
  CHECK(kind_of(review_of("a", Json::array({"https://kubernetes.default.svc"}))) == Verdict::Kind::Rejected);
  // Without audiences it is a token for the API server itself.
  CHECK(kind_of(review_of("a", Json::array())) == Verdict::Kind::Rejected);
  CHECK(kind_of(review_of("a", nullptr)) == Verdict::Kind::Rejected);
  auto refused = review_of("a");
  refused["status"]["authenticated"] = false;
  refused["status"]["error"] = "[invalid bearer token,\n\xC3\xA4]";
  const auto verdict = read_token_review(refused.dump(), kOurs);
  CHECK(verdict->kind == Verdict::Kind::Rejected);
  CHECK(verdict->reason == "the Kubernetes API server does not accept the token: [invalid bearer token,???]");
  refused["status"]["authenticated"] = "true";
  CHECK(kind_of(refused) == Verdict::Kind::Rejected);

  CHECK_FALSE(read_token_review("", kOurs).ok());
  CHECK_FALSE(read_token_review("[]", kOurs).ok());
  CHECK_FALSE(read_token_review(R"({"kind":"Status"})", kOurs).ok());
  CHECK_FALSE(read_token_review(review_of("").dump(), kOurs).ok());
  auto nobody = review_of("a");
  nobody["status"].erase("user");
  CHECK_FALSE(read_token_review(nobody.dump(), kOurs).ok());
}

TEST_CASE(
    "the API server is asked with the registry's own token, which is read anew, and for its audiences") {
  ReviewPlay play;
  play.answer(review_of("ada"));
  play.start();
  CHECK(play.judge("t1").kind == Verdict::Kind::Accepted);
  play.write_token("own-2");
  CHECK(play.judge("t2").kind == Verdict::Kind::Accepted);
  REQUIRE(play.calls.size() == 2);
  CHECK(play.calls[0].url == "https://kubernetes.default.svc/apis/authentication.k8s.io/v1/tokenreviews");
  CHECK(play.calls[0].bearer == "own-1");
  CHECK(play.calls[1].bearer == "own-2");
  CHECK_FALSE(play.calls[0].use_proxy);
  const auto body = Json::parse(play.calls[1].body);
  CHECK(body["kind"] == "TokenReview");
  CHECK(body["spec"]["token"] == "t2");
  CHECK(body["spec"]["audiences"] == Json::array({"mcp-registry"}));

  play.write_token("");
  CHECK(play.judge("t3").kind == Verdict::Kind::Unavailable);
  CHECK(play.authenticator->problem().find(play.settings.token_file) != std::string::npos);
}

TEST_CASE(
    "what the API server said is kept for a while: an acceptance for the time set, a refusal for ten "
    "seconds") {
  ReviewPlay play;
  play.settings.cache = 30s;
  play.answer(review_of("ada"));
  play.start();
  CHECK(play.judge("good").kind == Verdict::Kind::Accepted);
  auto refusal = review_of("ada");
  refusal["status"] = {{"authenticated", false}};
  play.answer(refusal);
  CHECK(play.judge("bad").kind == Verdict::Kind::Rejected);
  CHECK(play.asked() == 2);
  play.clock.advance(9s);
  CHECK(play.judge("good").kind == Verdict::Kind::Accepted);
  CHECK(play.judge("bad").kind == Verdict::Kind::Rejected);
  CHECK(play.asked() == 2);
  play.clock.advance(1s);
  CHECK(play.judge("bad").kind == Verdict::Kind::Rejected);
  CHECK(play.asked() == 3);
  play.clock.advance(19s);
  CHECK(play.judge("good").kind == Verdict::Kind::Accepted);
  CHECK(play.asked() == 3);
  // The token was taken back meanwhile.
  play.clock.advance(1s);
  CHECK(play.judge("good").kind == Verdict::Kind::Rejected);
  CHECK(play.asked() == 4);
}

TEST_CASE("an API server that cannot answer makes tokens unavailable, says why, and is asked again at once") {
  ReviewPlay play;
  play.start();
  const auto problem_after = [&](const std::string& token) {
    const auto verdict = play.judge(token);
    CHECK(verdict.kind == Verdict::Kind::Unavailable);
    CHECK(verdict.reason.find("own-1") == std::string::npos);
    return play.authenticator->problem();
  };
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  play.break_down();
  CHECK(has(problem_after("t"), "connection refused"));
  play.answer(401, "{}");
  CHECK(has(problem_after("t"), "own token"));
  play.answer(403, "{}");
  CHECK(has(problem_after("t"), "system:auth-delegator"));
  play.answer(500, "{}");
  CHECK(has(problem_after("t"), "status 500"));
  play.answer(201, "<html>");
  CHECK(has(problem_after("t"), "no TokenReview"));
  play.answer(review_of("ada"));
  CHECK(play.judge("t").kind == Verdict::Kind::Accepted);
  CHECK(play.authenticator->problem() == "");
  CHECK(play.asked() == 6);
  CHECK(play.judge(std::string(20'000, 'x')).kind == Verdict::Kind::Rejected);
  CHECK(play.asked() == 6);
}

TEST_CASE(
    "many requests with one token ask once, too many are told to come back, and a stop ends the waiting") {
  ReviewPlay play;
  play.answer(review_of("ada"));
  play.hold(true);
  auto& authenticator = play.start();
  std::atomic<int> unavailable{0}, accepted{0};
  const auto count = [&](const Verdict& verdict) {
    ++(verdict.kind == Verdict::Kind::Accepted ? accepted : unavailable);
  };
  for (int i = 0; i < 4; ++i) authenticator.authenticate("t" + std::to_string(i), count);
  REQUIRE(play.wait_for_calls(4));  // All threads are busy.
  for (int i = 0; i < 1000; ++i) authenticator.authenticate("same", count);
  const auto late = play.judge("late");
  CHECK(late.kind == Verdict::Kind::Unavailable);
  CHECK(late.reason == "too many requests wait for the Kubernetes API server");
  SUBCASE("all are answered, by few questions") {
    play.hold(false);
    while (accepted + unavailable < 1004) std::this_thread::yield();
    CHECK(accepted == 1004);
    CHECK(play.judge("same").kind == Verdict::Kind::Accepted);
    CHECK(play.asked() <= 8);
  }
  SUBCASE("or told that it stops") {
    authenticator.stop();
    CHECK(accepted + unavailable == 1004);
    CHECK(unavailable >= 1000);
    CHECK(play.judge("t9").kind == Verdict::Kind::Unavailable);
  }
}
