#pragma once

#include <string>
#include <string_view>

namespace toolhive::registry::auth {

// The address of a client. `forwarded_for` is the value of X-Forwarded-For, to which each proxy
// adds whom it was asked by; the last `trusted_proxies` of its entries were written by proxies of
// ours, and the first of these is the client, whose port is cut off. What is no address is not
// believed: then it is `remote`, the other end of the connection, as with 0 proxies.
std::string client_address(const std::string& remote, std::string_view forwarded_for,
                           unsigned trusted_proxies);

// What of an address one customer of a provider has: all of an IPv4 address, the first 64 bits of
// one of IPv6.
std::string network_of(const std::string& address);

}  // namespace toolhive::registry::auth
