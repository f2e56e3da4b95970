#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/auth/authenticator.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry::auth {

// The body of a TokenReview (authentication.k8s.io/v1) that asks whose `token` is, and whether it
// is for one of `audiences`.
std::string token_review(std::string_view token, const std::vector<std::string>& audiences);

// What the API server answered: Accepted or Rejected. Malformed when the body is no TokenReview. A
// token that the API server knows but not for one of `audiences` is rejected; so is one whose
// audiences it does not name, which is one for the API server itself.
Result<Verdict> read_token_review(std::string_view body, const std::vector<std::string>& audiences);

}  // namespace toolhive::registry::auth
