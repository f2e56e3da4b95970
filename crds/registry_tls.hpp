// RegistryTls: the C++ view of spec.tls of a Registry.
#pragma once

#include <optional>
#include <string>

#include "crds/key_ref.hpp"

namespace toolhive {

// With what certificate the registry serves TLS, by whose word others trust that, and whose
// certificates it asks of them.
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
  // By whom certificates of clients are to be signed. The key is that of most such ConfigMaps and
  // Secrets, cert-manager's too.
  struct ClientAuthority {
    std::string name;
    std::string key = "ca.crt";

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("name");
      fields.read("name", name);
      fields.read("key", key);
    }
  };
  struct ClientAuthentication {
    std::optional<ClientAuthority> config_map;  // this or the other
    std::optional<ClientAuthority> secret;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("ca");
      const Fields ca = fields.object("ca");
      ca.read("configMapKeyRef", config_map);
      ca.read("secretKeyRef", secret);
    }
  };
  std::optional<ClientAuthentication> client_authentication;  // absent: clients need no certificate

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
    fields.read("clientAuthentication", client_authentication);
  }
};

}  // namespace toolhive
