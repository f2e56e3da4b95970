// RegistryAuth: the C++ view of spec.auth of a Registry.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "crds/key_ref.hpp"

namespace toolhive {

// What the operator itself has to know of it. The rest is the service's own, and passed on to it.
struct RegistryAuth {
  enum class Mode { None, OIDC, Kubernetes };
  Mode mode = Mode::None;
  JsonPtr declared;       // all of it, as declared; null: nothing
  std::string issuer;     // with OIDC
  Authorities issuer_ca;  // with OIDC

  // Whether the registry asks for tokens.
  bool is_on() const { return mode != Mode::None; }

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read_word("mode", mode,
                     {{"None", Mode::None}, {"OIDC", Mode::OIDC}, {"Kubernetes", Mode::Kubernetes}});
    JsonPtr as_declared;  // most of it is the service's own
    fields.read_object("oidc", as_declared);
    fields.object("oidc").read("issuer", issuer);
    fields.object("oidc").read("ca", issuer_ca);
  }
};

}  // namespace toolhive
