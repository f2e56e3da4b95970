#include "controller/base/status.hpp"

namespace toolhive {

namespace {
const std::string kEmpty;
}

std::string_view to_string(Code code) {
  switch (code) {
    case Code::Ok:
      return "Ok";
    case Code::NotFound:
      return "NotFound";
    case Code::AlreadyExists:
      return "AlreadyExists";
    case Code::NameTaken:
      return "NameTaken";
    case Code::Conflict:
      return "Conflict";
    case Code::Expired:
      return "Expired";
    case Code::Invalid:
      return "Invalid";
    case Code::Forbidden:
      return "Forbidden";
    case Code::Unauthorized:
      return "Unauthorized";
    case Code::TooManyRequests:
      return "TooManyRequests";
    case Code::Timeout:
      return "Timeout";
    case Code::Unavailable:
      return "Unavailable";
    case Code::Busy:
      return "Busy";
    case Code::Cancelled:
      return "Cancelled";
    case Code::Fenced:
      return "Fenced";
    case Code::Decode:
      return "Decode";
    case Code::TooLarge:
      return "TooLarge";
    case Code::EndOfStream:
      return "EndOfStream";
    case Code::Unfinished:
      return "Unfinished";
    case Code::Internal:
      return "Internal";
  }
  return "Internal";
}

std::ostream& operator<<(std::ostream& out, Code code) {
  return out << to_string(code);
}

Status::Status(Code code, std::string message) {
  if (code == Code::Ok) return;
  auto rep = std::make_shared<Rep>();
  rep->code = code;
  rep->message = std::move(message);
  rep_ = std::move(rep);
}

const std::string& Status::message() const {
  return rep_ ? rep_->message : kEmpty;
}

std::optional<std::chrono::milliseconds> Status::retry_after() const {
  return rep_ ? rep_->retry_after : std::nullopt;
}

const std::string& Status::reason() const {
  return rep_ ? rep_->reason : kEmpty;
}

bool Status::retryable() const {
  switch (code()) {
    case Code::TooManyRequests:
    case Code::Timeout:
    case Code::Unavailable:
    case Code::Busy:
      return !terminal();
    default:
      return false;
  }
}

template <class Change>
Status Status::changed(Change change) const {
  if (ok()) return *this;
  auto rep = std::make_shared<Rep>(*rep_);
  change(*rep);
  Status result;
  result.rep_ = std::move(rep);
  return result;
}

Status Status::with_context(std::string_view what) const {
  return changed([&](Rep& rep) { rep.message.insert(0, std::string(what) + ": "); });
}

Status Status::with_http_status(int http_status) const {
  return changed([&](Rep& rep) { rep.http_status = http_status; });
}

Status Status::with_reason(std::string reason) const {
  return changed([&](Rep& rep) { rep.reason = std::move(reason); });
}

Status Status::with_retry_after(std::chrono::milliseconds wait) const {
  return changed([&](Rep& rep) { rep.retry_after = wait; });
}

Status Status::as_terminal() const {
  return changed([](Rep& rep) { rep.terminal = true; });
}

Status Status::as_not_sent() const {
  return changed([](Rep& rep) { rep.not_sent = true; });
}

std::string Status::to_string() const {
  std::string text(toolhive::to_string(code()));
  if (!ok()) text.append(": ").append(rep_->message);
  return text;
}

std::ostream& operator<<(std::ostream& out, const Status& status) {
  return out << status.to_string();
}

}  // namespace toolhive
