#include "controller/kube/config/credentials.hpp"

#include "controller/base/file.hpp"
#include "controller/base/waiting.hpp"
#include "controller/kube/config/exec_credential.hpp"

namespace toolhive::kube {

namespace {

constexpr Duration kTokenFileAge = std::chrono::minutes(1);

std::string trimmed(std::string text) {
  const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
  while (!text.empty() && blank(text.back())) text.pop_back();
  std::size_t first = 0;
  while (first < text.size() && blank(text[first])) ++first;
  return text.substr(first);
}

StatusOr<std::string> read_token(const std::string& path) {
  StatusOr<std::string> content = read_file(path);
  if (!content.ok()) return Status(Code::Unauthorized, "token file: " + content.status().message());
  std::string token = trimmed(*std::move(content));
  if (token.empty()) return Status(Code::Unauthorized, "token file: " + path + " is empty");
  for (const char c : token) {
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7F)
      return Status(Code::Unauthorized,
                    "token file: " + path + " holds more than one token, or no token at all");
  }
  return token;
}

}  // namespace

bool Credentials::fresh_locked(const Context& ctx) const {
  return current_ && ctx.clock.now() < valid_until_ && (!expires_ || ctx.clock.wall() < *expires_);
}

StatusOr<Credential> Credentials::get(const Context& ctx) {
  if (config_.token_file.empty() && !config_.exec) return Credential{config_.token, {}, {}};
  std::optional<Credential> ready;
  const Status waited = wait_then(
      ctx, mutex_, changed_, TimePoint::max(), [&] { return fresh_locked(ctx) || !refreshing_; },
      [&] {
        if (fresh_locked(ctx)) {
          ready = current_;
        } else {
          refreshing_ = true;
        }
      });
  if (!waited.ok()) return waited;
  if (ready) return *ready;
  return refresh(ctx);
}

StatusOr<Credential> Credentials::refresh(const Context& ctx) {
  Credential fresh;
  Status failed;
  std::optional<WallTime> expires;
  TimePoint valid_until = TimePoint::max();
  if (!config_.token_file.empty()) {
    StatusOr<std::string> token = read_token(config_.token_file);
    failed = token.status();
    if (token.ok()) fresh.token = *std::move(token);
    valid_until = ctx.clock.now() + kTokenFileAge;
  } else {
    StatusOr<ExecCredential> answer = run_exec_plugin(ctx, config_);
    failed = answer.status();
    if (answer.ok()) {
      fresh = {std::move(answer->token), std::move(answer->certificate), std::move(answer->key)};
      expires = answer->expires;
    }
  }
  const std::lock_guard lock(mutex_);
  refreshing_ = false;
  changed_.notify_all();
  // A file that is being replaced is unreadable for a moment: what it held last is still good for a
  // while.
  if (!failed.ok() && !(current_ && !config_.token_file.empty())) return failed;
  if (failed.ok()) current_ = std::move(fresh);
  valid_until_ = valid_until;
  expires_ = expires;
  return *current_;
}

bool Credentials::refused(const Credential& used) {
  if (config_.token_file.empty() && !config_.exec) return false;
  const std::lock_guard lock(mutex_);
  // Someone else has fetched another one since.
  if (current_ && (current_->token != used.token || current_->certificate != used.certificate)) return true;
  current_.reset();
  return true;
}

}  // namespace toolhive::kube
