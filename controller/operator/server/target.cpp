#include "controller/operator/server/target.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/sha256.hpp"

namespace toolhive {

namespace {

constexpr std::size_t kLongestHeaders = 8U << 10;  // bytes of all values together
constexpr std::size_t kLongestSecret = 4U << 10;   // bytes of OAuth's
constexpr std::size_t kLongestAuthorities = 64U << 10;

Status read_headers(const ServerSpec::Remote& remote, References& references, mcp::Headers& headers) {
  std::size_t bytes = 0;
  for (const ServerSpec::Header& header : remote.headers) {
    StatusOr<std::string> value = header.value_from
                                      ? references.secret(header.value_from->secret, kLongestHeaders)
                                      : StatusOr<std::string>(header.value);
    if (!value.ok()) return value.status().with_context("header " + header.name);
    bytes += value->size();
    headers.emplace_back(header.name, *std::move(value));
  }
  if (bytes <= kLongestHeaders) return {};
  return Status(Code::TooLarge, "spec.server.remote.headers: all values together have more than " +
                                    std::to_string(kLongestHeaders) + " bytes")
      .with_reason("InvalidServer");
}

StatusOr<std::string> read_authorities(const ServerSpec::Remote& remote, References& references) {
  const Authorities& from = remote.authorities;
  if (from.secret) return references.secret(*from.secret, kLongestAuthorities);
  if (from.config_map) return references.config_map(*from.config_map, kLongestAuthorities);
  return std::string();
}

Status read_oauth(const ServerSpec::OAuth& oauth, References& references,
                  std::optional<mcp::ClientCredentials>& credentials) {
  StatusOr<std::string> secret = references.secret(oauth.client_secret, kLongestSecret);
  if (!secret.ok()) return secret.status().with_context("oauth");
  credentials = mcp::ClientCredentials{.client_id = oauth.client_id,
                                       .client_secret = *std::move(secret),
                                       .scopes = oauth.scopes,
                                       .token_url = oauth.token_url,
                                       .issuer = oauth.issuer};
  return {};
}

std::string digest_of(const mcp::Options& options) {
  Json all = {options.url, options.authorities, options.headers};
  if (options.oauth)
    all.push_back({options.oauth->client_id, options.oauth->client_secret, options.oauth->scopes,
                   options.oauth->token_url, options.oauth->issuer});
  return sha256_hex(all.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

mcp::Limits server_limits(const ProbeSpec& probe) {
  mcp::Limits limits;
  limits.total = probe.timeout();
  limits.http.exchange = std::min<Duration>(limits.http.exchange, probe.timeout());
  limits.http.body = 1U << 20;
  limits.event = 1U << 20;
  limits.tools = 1000;
  limits.list_bytes = 1U << 20;
  limits.list_values = 20'000;
  limits.text = 1024;
  return limits;
}

StatusOr<ServerTarget> server_target(const ServerSpec::Remote& remote, const ProbeSpec& probe,
                                     const mcp::AddressRules& addresses, References& references) {
  mcp::Options options;
  options.url = remote.url;
  options.addresses = addresses;
  options.limits = server_limits(probe);
  if (Status read = read_headers(remote, references, options.headers); !read.ok()) return read;
  StatusOr<std::string> authorities = read_authorities(remote, references);
  if (!authorities.ok()) return authorities.status().with_context("ca");
  options.authorities = *std::move(authorities);
  if (remote.oauth)
    if (Status read = read_oauth(*remote.oauth, references, options.oauth); !read.ok()) return read;
  std::string digest = digest_of(options);
  return ServerTarget{std::move(options), std::move(digest)};
}

}  // namespace toolhive
