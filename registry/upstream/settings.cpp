#include "registry/upstream/settings.hpp"

#include <algorithm>

#include "controller/mcp/http/address_policy.hpp"
#include "controller/mcp/http/http_client.hpp"
#include "controller/mcp/http/url.hpp"

namespace toolhive::registry::upstream {
namespace {

Error unusable(std::string field, std::string detail) {
  return {Code::Invalid, std::move(detail), std::move(field)};
}

// As a label of Kubernetes (RFC 1123).
bool is_label(const std::string& name) {
  const auto is_alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 63 && is_alphanumeric(name.front()) &&
         is_alphanumeric(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_alphanumeric(c) || c == '-'; });
}

}  // namespace

Result<void> check(const UpstreamSettings& settings) {
  if (!is_label(settings.name))
    return unusable("name", "must be 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends");
  const auto url = mcp::Url::parse(settings.url);
  if (!url.ok()) return unusable("url", url.status().message());
  if (url->target.find('?') != std::string::npos || settings.url.ends_with('/'))
    return unusable("url", "must be the registry's root, without a query and a slash at its end");
  const bool secret = !settings.token_file.empty() || !settings.headers.empty();
  if (secret && !url->tls)
    return unusable("url", "must be https, as tokenFile or headers send a secret there");
  if (!settings.ca_file.empty() && !url->tls) return unusable("caFile", "is given, and the url is not https");
  mcp::Headers headers;
  for (const auto& each : settings.headers) headers.emplace_back(each.name, "");
  if (const auto ok = mcp::check_headers(headers); !ok.ok()) return unusable("headers", ok.message());
  const auto policy = mcp::AddressPolicy::make({settings.addresses, {}});
  if (!policy.ok()) return unusable("addresses", policy.status().message());
  return {};
}

}  // namespace toolhive::registry::upstream
