// Keeps the CertificateChain of a registry in a Secret beside it.
#pragma once

#include <string>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"

namespace toolhive {

// What a Secret is kept for.
struct KeptCertificate {
  kube::Key secret;
  StringMap labels;
  std::vector<std::string> dns_names;
};

// Reads the Secret, makes or renews what is due, and answers the certificates of the authorities,
// in PEM. The Secret is made where there is none, is the owner's and goes with it; one that is
// empty and nobody's is filled, and known again by the labels. NameTaken when it is another's;
// Forbidden, with what the API server says, where the operator lacks the rights.
StatusOr<std::string> keep_certificate(const Context& ctx, kube::Client& client, const kube::Object& owner,
                                       const kube::ResourceType& owner_type, const KeptCertificate& wanted);

}  // namespace toolhive
