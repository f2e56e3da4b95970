#pragma once

#include "registry/auth/settings.hpp"
#include "registry/config/section.hpp"

namespace toolhive::registry {

// The sections about who may do what. Each throws a Failure with the field's path for what cannot
// work.

// `auth` of the registry's configuration.
void read_auth(Section section, auth::AuthSettings& settings);

// `audit` of the registry's configuration.
void read_audit(Section section, auth::AuditSettings& settings);

// `rateLimit` of the server's settings.
void read_rates(Section section, auth::RateSettings& settings);

}  // namespace toolhive::registry
