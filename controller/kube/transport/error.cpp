#include "controller/kube/transport/error.hpp"

#include <cpprest/http_msg.h>
#include <openssl/err.h>

#include <array>
#include <string_view>

namespace toolhive::kube {

namespace {

struct Known {
  std::string_view text;  // as cpprestsdk says it
  const char* meaning;
  bool sent;  // the whole request may have arrived
};

// The texts are all that tells the phases of a request apart: the codes come from several
// categories.
constexpr std::array kKnown = {
    Known{"Error resolving address", "its host name cannot be resolved", false},
    Known{"Failed to resolve address", "its host name cannot be resolved", false},
    Known{"Failed to connect to any resolved endpoint", "it does not accept connections", false},
    Known{"Error in SSL handshake", "the TLS handshake failed", false},
    Known{"Failed to write request headers", "the connection broke while the request was sent", false},
    Known{"Failed to write request body", "the connection broke while the request was sent", false},
    Known{"Error resolving proxy address", "the proxy's host name cannot be resolved", false},
    Known{"Failed to connect to any resolved proxy endpoint", "the proxy does not accept connections", false},
    Known{"Failed to send connect request to proxy", "the connection to the proxy broke", false},
    Known{"Expected a 200 response from proxy", "the proxy refused to connect to it", false},
    Known{"Invalid HTTP status line during proxy connection", "the proxy does not speak HTTP", false},
    Known{"Failed to read HTTP status line from proxy", "the proxy closed the connection", false},
    Known{"Failed to read HTTP status line", "the connection broke before a reply came", true},
    Known{"cannot rewind input stream", "the connection broke before a reply came", true},
    Known{"Invalid HTTP status line", "it does not speak HTTP", true},
};

std::string tls_reason(int code) {
  if (ERR_GET_LIB(static_cast<unsigned long>(code)) != ERR_LIB_SSL) return {};
  const char* reason = ERR_reason_error_string(static_cast<unsigned long>(code));
  return reason != nullptr ? std::string(" (") + reason + ")" : std::string();
}

}  // namespace

bool invalidates_pool(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& failure) {
    return std::string_view(failure.what()).starts_with("cannot rewind input stream");
  } catch (...) {
    return false;
  }
}

Status transport_error(const std::exception_ptr& error, const std::string& refusal) {
  try {
    std::rethrow_exception(error);
  } catch (const web::http::http_exception& failure) {
    const std::string_view text = failure.what();
    for (const Known& known : kKnown) {
      if (!text.starts_with(known.text)) continue;
      std::string message = known.meaning;
      if (known.text == "Error in SSL handshake" && !refusal.empty()) {
        message = refusal;
      } else {
        message += tls_reason(failure.error_code().value());
      }
      const Status status(Code::Unavailable, std::move(message));
      return known.sent ? status : status.as_not_sent();
    }
    return {Code::Unavailable, "the connection broke: " + std::string(text)};
  } catch (const std::exception& failure) {
    return {Code::Unavailable, std::string("the request failed: ") + failure.what()};
  } catch (...) {
    return {Code::Internal, "the request failed with something that is no exception"};
  }
}

}  // namespace toolhive::kube
