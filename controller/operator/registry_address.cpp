#include "controller/operator/registry_address.hpp"

namespace toolhive {

std::string internal_host(const kube::Key& registry) {
  return registry.name + "." + registry.ns + ".svc";
}

const ServedPort& served_port(bool tls) {
  static constexpr ServedPort kPlain{8080, "http", "HTTP"};
  static constexpr ServedPort kTls{8443, "https", "HTTPS"};
  return tls ? kTls : kPlain;
}

std::string internal_url(const kube::Key& registry, bool tls) {
  const ServedPort& port = served_port(tls);
  return std::string(port.name) + "://" + internal_host(registry) + ":" + std::to_string(port.number);
}

std::string registry_audience(const kube::Key& registry, std::string_view uid) {
  return registry.to_string() + "/" + std::string(uid);
}

}  // namespace toolhive
