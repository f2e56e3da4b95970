#include "controller/http/listener/listen_address.hpp"

#include <cpprest/base_uri.h>

#include <exception>

namespace toolhive::http {
namespace {

StatusOr<ListenAddress> address_of(const web::uri& uri) {
  ListenAddress address;
  address.host = uri.host();
  if (address.host == "+" || address.host == "*") address.host.clear();
  if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  if (uri.port() < 0 || uri.port() > 65535) {
    return Status(Code::Invalid, "cannot listen on " + uri.to_string() + ": the port is not in 0..65535");
  }
  address.port = static_cast<std::uint16_t>(uri.port());
  address.tls = uri.scheme() == "https";
  return address;
}

}  // namespace

StatusOr<ListenAddress> listen_address(const std::string& listener_uri) {
  try {
    return address_of(web::uri(listener_uri));
  } catch (const std::exception& error) {
    return Status(Code::Invalid, "cannot listen on " + listener_uri + ": " + error.what());
  }
}

}  // namespace toolhive::http
