// SourceWatches: what is held of the sources that some Registry asks for; of others nothing is.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/operator/discovery/source.hpp"
#include "controller/runtime/cache/versioned_informer.hpp"

namespace toolhive {

// Not thread-safe: for the one worker of a controller.
class SourceWatches {
 public:
  // `namespaces` are those that the operator looks after; empty: all. `changed` hears of every
  // change of what is watched, on threads of the informers.
  SourceWatches(kube::Client& client, kube::Discovery& discovery, Clock& clock,
                std::vector<std::string> namespaces, runtime::ChangeHandler changed);
  ~SourceWatches();

  // Watches exactly what these sources need, and the namespaces that agree, as far as the API
  // server offers it.
  void follow(const Context& ctx, const std::set<std::string>& wanted, bool with_namespaces);

  // Of a source that is followed, or of agreeing_namespaces(); nullptr for any other.
  const runtime::VersionedInformer* find(const runtime::VersionedResource& resource) const;

 private:
  // Rows live as long as the program does.
  using Id = const runtime::VersionedResource*;

  kube::Client& client_;
  kube::Discovery& discovery_;
  Clock& clock_;
  const std::vector<std::string> namespaces_;
  const runtime::ChangeHandler changed_;
  std::map<Id, std::unique_ptr<runtime::VersionedInformer>> followed_;
};

}  // namespace toolhive
