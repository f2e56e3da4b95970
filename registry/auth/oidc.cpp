#include "registry/auth/oidc.hpp"

#include <algorithm>

#include "controller/base/log.hpp"
#include "registry/auth/http_client.hpp"
#include "registry/auth/verify_token.hpp"

namespace toolhive::registry::auth {
namespace {

using std::chrono::seconds;

constexpr std::size_t kCached = 10'000;
constexpr std::size_t kMostWaiting = 1'000;
constexpr seconds kBetweenQuestions{10};
constexpr seconds kAfterFailure{2};
constexpr seconds kLongestPause{60};

OidcAuthenticator::MakeFetch over_http(const OidcSettings& settings) {
  return [ca_file = settings.ca_file](const std::stop_token& stop) -> Fetch {
    return [ca_file, stop,
            client = std::make_shared<HttpClient>()](const std::string& url) -> Result<std::string> {
      auto reply = client->send({.url = url, .ca_file = ca_file}, stop);
      if (!reply) return reply.take_error();
      if (reply->status != 200)
        return Error{Code::Unavailable, "answers with status " + std::to_string(reply->status)};
      return std::move(reply->body);
    };
  };
}

}  // namespace

OidcAuthenticator::OidcAuthenticator(OidcSettings settings, MakeFetch make_fetch, Clock& clock)
    : settings_(std::move(settings)), clock_(clock), cache_(kCached) {
  next_refresh_ = next_question_ = clock_.now();
  thread_ = std::jthread([this, make = std::move(make_fetch)](const std::stop_token& stop) {
    const auto fetch = make(stop);
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        const auto due = [this] { return asked_ || clock_.now() >= next_refresh_; };
        while (!stop.stop_requested() && !due()) clock_.wait_until(lock, wake_, next_refresh_);
        if (stop.stop_requested()) break;
        asked_ = false;
        fetching_ = true;
      }
      fetched(fetch_keys(settings_.issuer, fetch));
    }
  });
}

OidcAuthenticator::OidcAuthenticator(const OidcSettings& settings)
    : OidcAuthenticator(settings, over_http(settings)) {}

OidcAuthenticator::~OidcAuthenticator() {
  stop();
}

void OidcAuthenticator::stop() {
  thread_.request_stop();
  {
    // Taken so that the request cannot fall between the thread's check and its wait.
    std::lock_guard guard(mutex_);
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  std::deque<Waiting> left;
  {
    std::lock_guard guard(mutex_);
    stopped_ = true;
    left.swap(waiting_);
  }
  for (auto& each : left) each.done(Verdict::unavailable("the registry is stopping"));
}

void OidcAuthenticator::fetched(Result<Keys> keys) {
  std::deque<Waiting> waiting;
  std::shared_ptr<const Keys> now_known;
  bool say = false;
  std::string problem;
  {
    std::lock_guard guard(mutex_);
    fetching_ = false;
    const auto now = clock_.now();
    say = keys ? !problem_.empty() : problem_ != keys.error().detail;
    if (keys) {
      keys_ = std::make_shared<const Keys>(std::move(*keys));
      have_keys_ = true;
      failures_ = 0;
      problem_.clear();
      next_refresh_ = now + settings_.refresh;
      next_question_ = now + kBetweenQuestions;
    } else {
      problem_ = problem = keys.error().detail;
      const auto pause = kAfterFailure * (1 << std::min(failures_++, 5U));
      next_refresh_ = now + std::min<seconds>(pause, kLongestPause);
      next_question_ = now + kAfterFailure;
    }
    now_known = keys_;
    waiting.swap(waiting_);
  }
  // What an issuer took back must not live on in what was accepted before.
  if (keys) cache_.clear();
  if (say && keys) log(LogLevel::Info, "the issuer's keys are known", {{"issuer", settings_.issuer}});
  if (say && !keys)
    log(LogLevel::Error, "the issuer's keys cannot be fetched",
        {{"issuer", settings_.issuer}, {"error", problem}});
  for (auto& each : waiting) {
    const auto verdict = judge(each.token, *now_known);
    each.done(verdict ? *verdict : without_key());
  }
}

// What to say of a token whose key is not known after all.
Verdict OidcAuthenticator::without_key() const {
  std::lock_guard guard(mutex_);
  if (problem_.empty()) return Verdict::rejected("the issuer has no such key as the token is signed with");
  const auto left = std::chrono::ceil<seconds>(next_question_ - clock_.now());
  return Verdict::unavailable("the keys of the issuer " + settings_.issuer + " cannot be fetched now",
                              std::max(seconds(1), left));
}

std::optional<Verdict> OidcAuthenticator::judge(const std::string& token, const Keys& keys) {
  auto claims = verify_token(token, keys, settings_, clock_.wall());
  if (!claims) return std::nullopt;
  if (!*claims) return Verdict::rejected(claims->error().detail);
  auto verdict = Verdict::accepted(std::make_shared<const Identity>(std::move((*claims)->identity)));
  cache_.add(cache_.key_of(token), verdict, (*claims)->expires);
  return verdict;
}

auto OidcAuthenticator::known_keys() const -> std::shared_ptr<const Keys> {
  std::lock_guard guard(mutex_);
  return keys_;
}

void OidcAuthenticator::authenticate(const std::string& token, Done done) {
  if (const auto known = cache_.find(cache_.key_of(token), clock_.wall())) return done(*known);
  std::shared_ptr<const Keys> keys = known_keys();
  bool full = false;
  for (;;) {
    if (const auto verdict = judge(token, *keys)) return done(*verdict);
    std::lock_guard guard(mutex_);
    // Fetched meanwhile: it is those that the token may be signed with.
    if (keys != keys_) {
      keys = keys_;
      continue;
    }
    const bool ask = fetching_ || asked_ || clock_.now() >= next_question_;
    full = ask && waiting_.size() >= kMostWaiting;
    if (ask && !full && !stopped_) {
      waiting_.push_back({token, std::move(done)});
      if (!fetching_) asked_ = true;
      wake_.notify_all();
      return;
    }
    break;
  }
  done(full ? Verdict::unavailable("too many requests wait for the issuer's keys") : without_key());
}

std::string OidcAuthenticator::problem() const {
  std::lock_guard guard(mutex_);
  return have_keys_ ? std::string() : problem_;
}

}  // namespace toolhive::registry::auth
