#include "controller/operator/mcptool/permission.hpp"

namespace toolhive {

using From = RegistrySpec::AllowedNamespaces::From;

bool needs_labels(const RegistrySpec::AllowedNamespaces& allowed, std::string_view registry_ns,
                  std::string_view ns) {
  return registry_ns != ns && allowed.from == From::Selector;
}

bool is_allowed(const RegistrySpec::AllowedNamespaces& allowed, std::string_view registry_ns,
                std::string_view ns, const kube::Labels& labels) {
  if (registry_ns == ns) return true;
  switch (allowed.from) {
    case From::Same:
      return false;
    case From::All:
      return true;
    case From::Selector:
      return allowed.selector.matches(labels);
  }
  return false;
}

}  // namespace toolhive
