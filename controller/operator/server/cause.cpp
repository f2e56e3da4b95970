#include "controller/operator/server/cause.hpp"

#include <algorithm>
#include <cctype>

namespace toolhive {

namespace {

// The client keeps the code of an error of JSON-RPC as a reason: a number, and no word.
bool has_word(const Status& failure) {
  return !failure.reason().empty() && std::isupper(static_cast<unsigned char>(failure.reason().front()));
}

const char* word_for(const Status& failure) {
  switch (failure.code()) {
    case Code::Unauthorized:
      return "Restricted";
    case Code::Forbidden:
      // Without a reply it is this side that does not connect to such an address.
      return failure.http_status() == 0 ? "AddressForbidden" : "Restricted";
    case Code::Timeout:
      return "Timeout";
    case Code::Unavailable:
      return "Unreachable";
    case Code::TooManyRequests:
      return "TooManyRequests";
    case Code::TooLarge:
      return "TooLarge";
    case Code::NotFound:
    case Code::Invalid:
    case Code::Expired:
    case Code::Decode:
      return "NotMCP";
    default:
      return "LookFailed";
  }
}

}  // namespace

bool is_restricted(const Status& failure) {
  return !has_word(failure) && (failure.http_status() == 401 || failure.http_status() == 403);
}

Status with_cause(const Status& failure) {
  return failure.ok() || has_word(failure) ? failure : failure.with_reason(word_for(failure));
}

}  // namespace toolhive
