// Call: a request on its way through the API.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "registry/api/message.hpp"
#include "registry/api/route.hpp"

namespace toolhive::registry {

namespace auth {
class Permit;
struct AuditEntry;
}  // namespace auth

struct Method;

struct Call {
  Request request;
  Route route;
  // What the route's endpoint has for the request's method.
  const Method* method = nullptr;
  // What the sender may do, once let in; null: everything.
  std::shared_ptr<const auth::Permit> permit;
  std::shared_ptr<auth::AuditEntry> audit;  // To be filled in with what is written; may be null.

  // The query as it came, without its question mark.
  std::string_view query() const {
    const auto question = request.target.find('?');
    return question == std::string::npos ? std::string_view()
                                         : std::string_view(request.target).substr(question + 1);
  }
};

// Takes the answer to a call. To be called once.
using Respond = std::function<void(Response)>;

}  // namespace toolhive::registry
