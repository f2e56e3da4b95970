// Authentication: what spec.auth of a Registry makes of its operands. Pure.
#pragma once

#include <vector>

#include "controller/base/json.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

// The section `auth` of the service's own file: what is declared, by the same names, with what is
// the operator's to say put over it. Only with authentication.
Json auth_section(const RegistryInputs& inputs);

// Adds to a pod's spec what the registry verifies tokens with: the issuer's certificate
// authorities, or a token of its own for the API server.
void add_authentication(const RegistryInputs& inputs, Json& pod);

// The TCP ports at which it asks about tokens.
std::vector<int> authentication_ports(const RegistryInputs& inputs);

}  // namespace toolhive
