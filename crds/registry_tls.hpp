// RegistryTls: the C++ view of spec.tls of a Registry.
#pragma once

#include <optional>
#include <string>

#include "crds/key_ref.hpp"

namespace toolhive {

// With what certificate the registry serves TLS, and by whose word others trust that.
struct RegistryTls {
  enum class Source { SelfSigned, Secret, ServiceCA, CertManager };
  Source source = Source::SelfSigned;
  std::string secret;        // with Secret
  std::optional<KeyRef> ca;  // with Secret and CertManager: of a ConfigMap
  struct Issuer {
    std::string name;
    std::string kind = "Issuer";
    std::string group = "cert-manager.io";

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("name");
      fields.read("name", name);
      fields.read("kind", kind);
      fields.read("group", group);
    }
  };
  std::optional<Issuer> issuer;  // with CertManager

  template <class Fields>
  void describe(const Fields& fields) {
    fields.require("source");
    fields.read_word("source", source,
                     {{"SelfSigned", Source::SelfSigned},
                      {"Secret", Source::Secret},
                      {"ServiceCA", Source::ServiceCA},
                      {"CertManager", Source::CertManager}});
    const Fields reference = fields.object("secretRef");
    reference.read("name", secret);
    fields.object("ca").read("configMapKeyRef", ca);
    fields.read("issuerRef", issuer);
  }
};

}  // namespace toolhive
