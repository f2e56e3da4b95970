// Whether a registry may ask the API server about tokens, which mode Kubernetes needs.
#pragma once

#include <string>

#include "controller/base/context.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive {

// Whether the API server says that the registry's ServiceAccount may not create TokenReviews, by a
// SubjectAccessReview. False too when it does not say: nothing is known against it then.
bool lacks_token_review_right(const Context& ctx, kube::Client& client, const kube::Key& registry);

// The command that gives the right. The operator neither has it nor may give it.
std::string token_review_command(const kube::Key& registry);

}  // namespace toolhive
