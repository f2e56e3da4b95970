// GatewayRef: what an HTTPRoute is attached to, as in its parentRefs
// (https://gateway-api.sigs.k8s.io/reference/spec/#parentreference).
#pragma once

#include <cstdint>
#include <string>

namespace toolhive {

struct GatewayRef {
  std::string group = "gateway.networking.k8s.io";
  std::string kind = "Gateway";
  std::string ns;  // empty: the Registry's own
  std::string name;
  std::string section_name;  // of a listener; empty: all of them
  std::int64_t port = 0;     // 0: all of them

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read("group", group);
    fields.read("kind", kind);
    fields.read("namespace", ns);
    fields.require("name");
    fields.read("name", name);
    fields.read("sectionName", section_name);
    fields.read("port", port);
  }
};

}  // namespace toolhive
