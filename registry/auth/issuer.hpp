#pragma once

#include <functional>
#include <string>
#include <vector>

#include "registry/auth/public_key.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry::auth {

// Gets a document of another server. Any failure is an error: only a reply with status 200 has a
// body.
using Fetch = std::function<Result<std::string>(const std::string& url)>;

// The keys an OpenID Connect issuer signs with: its discovery document (OpenID Connect Discovery
// 1.0, section 4) says where they are. The document must name the issuer to the letter, and the
// keys must be at an https URL (http on loopback). An error says which step failed and why.
Result<std::vector<PublicKey>> fetch_keys(const std::string& issuer, const Fetch& fetch);

// Whether a URL is https, or http at a loopback address, where nobody listens in.
bool is_safe_url(const std::string& url);

}  // namespace toolhive::registry::auth
