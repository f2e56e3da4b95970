// References of a spec to values in Secrets and ConfigMaps of the resource's own namespace.
#pragma once

#include <optional>
#include <string>

namespace toolhive {

// One value of a Secret or a ConfigMap.
struct KeyRef {
  std::string name;
  std::string key;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.require("name");
    fields.read("name", name);
    fields.require("key");
    fields.read("key", key);
  }
};

// Where certificate authorities are, in PEM. At most one of the two is there.
struct Authorities {
  std::optional<KeyRef> config_map;
  std::optional<KeyRef> secret;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read("configMapKeyRef", config_map);
    fields.read("secretKeyRef", secret);
  }
};

}  // namespace toolhive
