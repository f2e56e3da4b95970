#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "registry/api/message.hpp"
#include "registry/auth/settings.hpp"

namespace toolhive::registry {

// What is answered to those who may not (RFC 6750, section 3; RFC 9728, section 5.1). `resource` is
// the registry's own URL.

// 401: a token is needed, or with a `reason` the one that came is not accepted.
Response unauthorized(std::string_view resource, std::string_view reason);

// 403: the subject is known, and may not.
Response forbidden(std::string_view resource, std::string_view reason);

// 429, with the time after which to try again.
Response limited(std::chrono::seconds retry_after);

// 503: tokens cannot be judged now.
Response cannot_judge(std::string_view reason, std::chrono::seconds retry_after);

// The metadata of a protected resource (RFC 9728, section 2): who gives the tokens it wants.
Response resource_metadata(std::string_view resource, const auth::AuthSettings& settings);

}  // namespace toolhive::registry
