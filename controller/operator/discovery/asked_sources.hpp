// AskedSources: what each Registry has looked for.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "controller/kube/object/resource.hpp"
#include "crds/registry.hpp"

namespace toolhive {

// Thread-safe.
class AskedSources {
 public:
  void set(const kube::Key& registry, const RegistrySpec& spec);
  void forget(const kube::Key& registry);

  // Those that look for anything.
  std::vector<kube::Key> registries() const;
  bool contains(const kube::Key& registry) const;
  // What all of them look for together.
  struct All {
    std::set<std::string> sources;
    bool other_namespaces = false;
  };
  All all() const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<kube::Key, All> asked_;  // guarded by mutex_
};

}  // namespace toolhive
