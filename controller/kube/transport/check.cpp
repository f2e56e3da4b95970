#include "controller/kube/transport/check.hpp"

#include <cpprest/base_uri.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace toolhive::kube {

namespace {

bool is_header_value(const std::string& value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

Status check_headers(const Config& config) {
  std::vector<std::pair<const char*, std::string>> values = {{"token", config.token},
                                                             {"user agent", config.user_agent},
                                                             {"as", config.impersonate_user},
                                                             {"as-uid", config.impersonate_uid}};
  for (const std::string& group : config.impersonate_groups) values.emplace_back("as-groups", group);
  for (const auto& [key, extra] : config.impersonate_extra) {
    if (key.empty() ||
        key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._%/") != std::string::npos)
      return {Code::Invalid, config.origin + ": as-user-extra: the key \"" + key +
                                 "\" must consist of lower-case letters, digits, -, ., _, / and %"};
    for (const std::string& value : extra) values.emplace_back("as-user-extra", value);
  }
  for (const auto& [field, value] : values) {
    if (!is_header_value(value))
      return {Code::Invalid,
              config.origin + ": " + field + " holds a line break or another control character"};
  }
  return {};
}

Status check_proxy(const Config& config, const ServerUrl& url) {
  if (config.proxy_url.empty()) return {};
  if (!config.proxy_url.starts_with("http://"))
    return {Code::Invalid,
            config.origin + ": proxy-url must begin with http://; other proxies are not supported"};
  if (!web::uri::validate(config.proxy_url))
    return {Code::Invalid, config.origin + ": proxy-url is not a URL"};
  if (url.ipv6())
    return {Code::Invalid, config.origin +
                               ": proxy-url cannot be used with a server that is an IPv6 address; use its "
                               "host name"};
  return {};
}

Status check_encryption(const Config& config, const ServerUrl& url) {
  const bool secrets =
      !config.token.empty() || !config.token_file.empty() || config.exec || !config.client_key.empty();
  if (url.tls || !secrets || url.loopback()) return {};
  return {Code::Invalid, config.origin + ": server: credentials would go unencrypted to " + config.server +
                             "; use https://"};
}

}  // namespace

Status check_transport_config(const Config& config, const ServerUrl& url) {
  if (Status encryption = check_encryption(config, url); !encryption.ok()) return encryption;
  if (Status headers = check_headers(config); !headers.ok()) return headers;
  return check_proxy(config, url);
}

}  // namespace toolhive::kube
