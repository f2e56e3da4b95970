#include "controller/operator/discovery/source_watches.hpp"

#include <utility>

namespace toolhive {

using runtime::VersionedInformer;

SourceWatches::SourceWatches(kube::Client& client, kube::Discovery& discovery, Clock& clock,
                             std::vector<std::string> namespaces, runtime::ChangeHandler changed)
    : client_(client),
      discovery_(discovery),
      clock_(clock),
      namespaces_(std::move(namespaces)),
      changed_(std::move(changed)) {}

SourceWatches::~SourceWatches() = default;

void SourceWatches::follow(const Context& ctx, const std::set<std::string>& wanted, bool with_namespaces) {
  std::set<Id> needed;
  for (const Source& source : sources()) {
    if (!wanted.contains(source.name)) continue;
    needed.insert(&source.resource);
    if (source.routes) needed.insert(source.routes);
  }
  if (with_namespaces) needed.insert(&agreeing_namespaces());
  std::erase_if(followed_, [&](const auto& entry) { return !needed.contains(entry.first); });
  for (const Id resource : needed) {
    auto& informer = followed_[resource];
    if (!informer)
      informer = std::make_unique<VersionedInformer>(client_, clock_, *resource, namespaces_, changed_);
    informer->follow(ctx, discovery_);
  }
}

const VersionedInformer* SourceWatches::find(const runtime::VersionedResource& resource) const {
  const auto found = followed_.find(&resource);
  return found == followed_.end() ? nullptr : found->second.get();
}

}  // namespace toolhive
