#include "controller/operator/discovery/asked_sources.hpp"

#include "controller/operator/discovery/consent.hpp"

namespace toolhive {

void AskedSources::set(const kube::Key& registry, const RegistrySpec& spec) {
  if (!spec.discovery) return forget(registry);
  const std::vector<std::string>& sources = spec.discovery->sources;
  const std::lock_guard lock(mutex_);
  asked_[registry] = {.sources = {sources.begin(), sources.end()}, .other_namespaces = looks_elsewhere(spec)};
}

void AskedSources::forget(const kube::Key& registry) {
  const std::lock_guard lock(mutex_);
  asked_.erase(registry);
}

std::vector<kube::Key> AskedSources::registries() const {
  const std::lock_guard lock(mutex_);
  std::vector<kube::Key> keys;
  for (const auto& [registry, asked] : asked_) keys.push_back(registry);
  return keys;
}

bool AskedSources::contains(const kube::Key& registry) const {
  const std::lock_guard lock(mutex_);
  return asked_.contains(registry);
}

AskedSources::All AskedSources::all() const {
  const std::lock_guard lock(mutex_);
  All all;
  for (const auto& [registry, asked] : asked_) {
    all.sources.insert(asked.sources.begin(), asked.sources.end());
    all.other_namespaces = all.other_namespaces || asked.other_namespaces;
  }
  return all;
}

}  // namespace toolhive
