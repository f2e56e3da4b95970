// Status and StatusOr: how every fallible call of the framework answers.
//
//   StatusOr<Object> object = client.get(ctx, type, key);
//   if (!object.ok()) return object.status().with_context("reading the Deployment");
//   use(*object);
//
// A Status is a value: copying is cheap, Ok allocates nothing, and no call reports an error in any
// other way. Thread safety: const members may be called concurrently; a shared instance that is
// assigned to needs a lock.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace toolhive {

// What went wrong, at the granularity callers branch on. The API server's `reason` maps onto these
// where it has one, else its HTTP status does.
enum class Code {
  Ok,
  NotFound,
  AlreadyExists,  // something of that name is there, with other content
  NameTaken,      // an object of that name is there, and is somebody else's
  // 409: the resourceVersion, the uid or a field of another manager stood in the way
  Conflict,
  Expired,          // 410: the resourceVersion or the continue token is too old
  Invalid,          // 400, 422, or a value that this side refuses to send
  Forbidden,        // 403
  Unauthorized,     // 401
  TooManyRequests,  // 429
  Timeout,          // this side's deadline passed, or the server said 504
  Unavailable,      // refused or broken connections, 5xx
  Busy,             // this side makes no further call yet: those under way come first
  Cancelled,        // the caller's stop token fired
  Fenced,           // the leader lease is no longer surely held, so the write was not sent
  Decode,           // bytes that are not what they should be
  TooLarge,         // more than the caller takes; what came was dropped
  EndOfStream,      // a stream came to its orderly end: nothing went wrong
  Unfinished,       // threads did not end in the time they had, and still run
  Internal,         // a defect on this side
};

std::string_view to_string(Code code);
std::ostream& operator<<(std::ostream& out, Code code);

class [[nodiscard]] Status {
 public:
  Status() = default;  // Ok
  Status(Code code, std::string message);

  bool ok() const { return rep_ == nullptr; }
  Code code() const { return rep_ ? rep_->code : Code::Ok; }
  // For people: what was tried, what happened, what to do. Never holds a secret.
  const std::string& message() const;
  // The HTTP status behind this, or 0 when no reply was involved.
  int http_status() const { return rep_ ? rep_->http_status : 0; }
  // How long the server asked to wait (Retry-After), if it did.
  std::optional<std::chrono::milliseconds> retry_after() const;
  // The `reason` of the API server's Status object, such as "AlreadyExists"; empty when there was
  // none.
  const std::string& reason() const;
  // True when trying again cannot help until the object changes; a reconcile that returns this is
  // not retried.
  bool terminal() const { return rep_ && rep_->terminal; }
  // True of an Unavailable whose request surely did not reach the server as a whole, so that it
  // cannot have been carried out.
  bool not_sent() const { return rep_ && rep_->not_sent; }

  // Whether an equal request may succeed later without anybody changing anything.
  bool retryable() const;

  Status with_context(std::string_view what) const;  // "<what>: <message>", all else kept
  Status with_http_status(int http_status) const;
  Status with_reason(std::string reason) const;
  Status with_retry_after(std::chrono::milliseconds wait) const;
  Status as_terminal() const;
  Status as_not_sent() const;

  std::string to_string() const;  // "NotFound: deployments.apps \"x\" not found"

 private:
  struct Rep {
    Code code = Code::Internal;
    int http_status = 0;
    bool terminal = false;
    bool not_sent = false;
    std::optional<std::chrono::milliseconds> retry_after;
    std::string message;
    std::string reason;
  };
  template <class Change>
  Status changed(Change change) const;

  std::shared_ptr<const Rep> rep_;
};

std::ostream& operator<<(std::ostream& out, const Status& status);

// A value, or the Status that says why there is none. Reading the value of a failed one throws
// std::logic_error: that is a defect of the caller, not a condition to handle.
template <class T>
class [[nodiscard]] StatusOr {
 public:
  StatusOr(T value) : state_(std::in_place_index<1>, std::move(value)) {}
  StatusOr(Status status) : state_(std::in_place_index<0>, std::move(status)) {
    if (std::get<0>(state_).ok())
      state_.template emplace<0>(Code::Internal, "an Ok status was given instead of a value");
  }

  bool ok() const { return state_.index() == 1; }
  explicit operator bool() const { return ok(); }
  // By value: Ok when there is a value.
  Status status() const { return ok() ? Status() : std::get<0>(state_); }

  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  const T& value() const& { return check(), std::get<1>(state_); }
  T& value() & { return check(), std::get<1>(state_); }
  T&& value() && { return check(), std::get<1>(std::move(state_)); }

 private:
  void check() const {
    if (!ok()) throw std::logic_error("value() of a failed StatusOr: " + std::get<0>(state_).to_string());
  }
  std::variant<Status, T> state_;
};

}  // namespace toolhive
