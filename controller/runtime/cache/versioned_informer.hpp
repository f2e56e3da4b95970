// VersionedInformer: the informers of a resource that may not be there, comes late, and goes again,
// in whichever of its versions the API server offers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/kube/client/discovery.hpp"
#include "controller/runtime/cache/informer.hpp"

namespace toolhive::runtime {

// What is to be followed.
struct VersionedResource {
  // In these versions, the preferred first: of those that are offered the first is read.
  std::vector<kube::ResourceType> types;
  std::string label_selector = {};
  bool metadata_only = false;
};

// For resources that are nobody's to install here: unlike what is declared to the Cache they take
// no part in the process's readiness. Not thread-safe; the handler is called on threads of the
// informers, as ChangeHandler says.
class VersionedInformer {
 public:
  enum class State {
    Missing,     // the API server does not offer it
    Starting,    // it is about to be read
    Read,        // its objects are held
    Forbidden,   // this process may not read it
    Unavailable  // the API server does not say, or does not answer for it
  };

  // One informer per namespace; one in all when `namespaces` is empty or the scope is the cluster.
  // `client` and `clock` must outlive it.
  VersionedInformer(kube::Client& client, Clock& clock, VersionedResource resource,
                    std::vector<std::string> namespaces, ChangeHandler changed);
  ~VersionedInformer();

  // Looks which version is offered and watches that one: to be called again and again, since
  // nothing is watched while none is offered. A look costs at most one question a version and age
  // of `discovery`; without an answer all stays as it was. When the resource has gone, so have its
  // objects, and handlers hear of that if the watch broke before the look.
  void follow(const Context& ctx, kube::Discovery& discovery);

  // Of several namespaces the one that can be relied on least.
  State state() const;
  // Why it cannot be read; Ok where it can. An object that does not decode is no reason.
  Status error() const;
  std::vector<kube::Object> list() const;
  std::optional<kube::Object> get(const kube::Key& key) const;

 private:
  void start(const kube::ResourceType& type);
  void stop();

  kube::Client& client_;
  Clock& clock_;
  const VersionedResource resource_;
  const std::vector<std::string> namespaces_;
  const ChangeHandler changed_;
  kube::Offered offered_ = kube::Offered::Unknown;
  std::vector<std::unique_ptr<Informer>> informers_;  // of the version that is followed
};

}  // namespace toolhive::runtime
