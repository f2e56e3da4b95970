#include "controller/operator/server/addresses.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <memory>
#include <utility>

#include "controller/mcp/http/url.hpp"

namespace toolhive {

namespace {

std::string numeric(const addrinfo& address) {
  char text[NI_MAXHOST];
  const int failed =
      getnameinfo(address.ai_addr, address.ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST);
  const std::string found = failed == 0 ? text : "";
  return found.substr(0, found.find('%'));  // without the scope of a link-local one
}

StatusOr<std::vector<std::string>> addresses_of(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (const int failed = getaddrinfo(host.c_str(), nullptr, &hints, &list); failed != 0)
    return Status(Code::Unavailable, "resolving the API server's name " + host + ": " + gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, freeaddrinfo);
  std::vector<std::string> found;
  for (const addrinfo* each = list; each != nullptr; each = each->ai_next) found.push_back(numeric(*each));
  return found;
}

}  // namespace

StatusOr<mcp::AddressRules> server_addresses(const std::string& url, std::vector<std::string> allowed,
                                             std::vector<std::string> denied) {
  const auto api = mcp::Url::parse(url);
  if (!api.ok()) return api.status().with_context("the API server");
  const auto own = addresses_of(api->host);
  if (!own.ok()) return own.status();
  denied.insert(denied.end(), own->begin(), own->end());
  mcp::AddressRules rules{.allowed = std::move(allowed), .denied = std::move(denied)};
  const auto policy = mcp::AddressPolicy::make(rules);
  return policy.ok() ? StatusOr<mcp::AddressRules>(std::move(rules)) : policy.status();
}

}  // namespace toolhive
