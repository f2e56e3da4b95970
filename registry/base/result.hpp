#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace toolhive::registry {

// What kind of failure an Error is. The API maps each to one HTTP status (api/problem.hpp).
enum class Code {
  Malformed,       // Not what the protocol or JSON allows at all.
  Invalid,         // Well formed, but a value is not acceptable; `field` says which.
  NotFound,        // No such tool or version.
  Forbidden,       // The sender has no right to a name that the write touches.
  Conflict,        // In the way of something registered before, or of another manager.
  Precondition,    // An If-Match or If-None-Match of the request does not hold.
  NoPrecondition,  // The request must carry If-Match or If-None-Match, and does not.
  MediaType,       // The body is not declared to be JSON.
  TooLarge,        // Over a limit of the configuration.
  StorageFull,     // The disk or its quota is full. Nothing was written; reads go on.
  ReadOnly,        // The file system takes no writes. Reads go on.
  Elsewhere,       // Another replica writes, and this one does not. Nothing was written.
  Unavailable,     // Not now: starting, stopping, overloaded, or storage failed.
  Corrupt,         // Stored bytes that do not verify.
  Internal,        // A defect of this program.
};

// A place in what a client sent, as Error::field has it, and what is wrong there.
struct Fault {
  std::string field;
  std::string detail;
};

// A failure with its cause and what to do about it, in words for the person who sent the request or
// runs the service.
struct Error {
  Code code = Code::Internal;
  std::string detail;
  // JSON pointer into the request body ("/inputSchema/type"), a parameter's name, or a
  // configuration path; may be empty.
  std::string field = {};
  // What else is at fault, after `field`; may be empty.
  std::vector<Fault> others = {};
};

// A value or the Error that kept it from being. Not thread safe, like the value in it.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  const Error& error() const { return std::get<1>(state_); }
  Error take_error() { return std::move(std::get<1>(state_)); }

 private:
  std::variant<T, Error> state_;
};

// Success, or the Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return *error_; }
  Error take_error() { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

}  // namespace toolhive::registry
