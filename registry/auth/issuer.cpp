#include "registry/auth/issuer.hpp"

#include <arpa/inet.h>

#include <nlohmann/json.hpp>

#include "registry/auth/plain_text.hpp"
#include "registry/model/json.hpp"
#include "registry/model/url.hpp"

namespace toolhive::registry::auth {

bool is_safe_url(const std::string& url) {
  const auto parsed = parse_url(url);
  if (!parsed) return false;
  // A name such as 127.example.com is anybody's.
  in_addr address{};
  const bool loopback =
      parsed->host == "localhost" || parsed->host == "::1" ||
      (::inet_pton(AF_INET, parsed->host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
  return parsed->scheme == "https" || loopback;
}

Result<std::vector<PublicKey>> fetch_keys(const std::string& issuer, const Fetch& fetch) {
  const auto failed = [](const std::string& url, const std::string& why) {
    return Error{Code::Unavailable, plain_text(url) + ": " + plain_text(why, 600)};
  };
  const auto base = issuer.ends_with('/') ? issuer.substr(0, issuer.size() - 1) : issuer;
  const auto discovery_url = base + "/.well-known/openid-configuration";
  auto discovery = fetch(discovery_url);
  if (!discovery) return failed(discovery_url, discovery.error().detail);
  const auto document = parse_json(*discovery, {32, 20'000});
  if (!document || !document->is_object()) return failed(discovery_url, "is not a JSON object");
  const auto named = document->find("issuer");
  if (named == document->end() || *named != issuer) {
    const auto is = named != document->end() && named->is_string() ? named->get<std::string>() : "nothing";
    return failed(discovery_url,
                  "names " + plain_text(is) + " as issuer; auth.oidc.issuer must be the same, to the letter");
  }
  const auto where = document->find("jwks_uri");
  if (where == document->end() || !where->is_string()) return failed(discovery_url, "has no jwks_uri");
  const auto keys_url = where->get<std::string>();
  if (!is_safe_url(keys_url)) return failed(discovery_url, "has a jwks_uri that is not an https URL");
  auto body = fetch(keys_url);
  if (!body) return failed(keys_url, body.error().detail);
  auto keys = parse_key_set(*body);
  if (!keys) return failed(keys_url, keys.error().detail);
  if (keys->empty()) return failed(keys_url, "has no key that could verify a token");
  return keys;
}

}  // namespace toolhive::registry::auth
