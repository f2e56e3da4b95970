// Discovery: which resources the API server offers right now. CRDs come and go, and OpenShift's
// Routes are served by an aggregated API server that may be down: absent and unknown are different
// answers.
//
// Each group and version is asked for by itself, not by the aggregated document of all of them
// (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery): a
// ResourceType names its group and version, so a few kB answer what takes a few hundred there, and
// it says of each group by itself whether its server answers.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "controller/kube/client/client.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::kube {

enum class Offered { Yes, No, Unknown };

// Thread-safe. Answers are kept for `max_age` per group and version; a miss is looked up again, at
// most every 5 s per group and version; a failed refresh keeps the last answer.
class Discovery {
 public:
  // `client` must outlive this.
  Discovery(Client& client, Duration max_age);
  ~Discovery();
  // Unknown only when the server never answered for that group.
  Offered offers(const Context& ctx, const ResourceType& type);
  // Asks again for `type`'s group when next asked, after a call failed with NotFound for the whole
  // resource; never more often than every 5 s.
  void invalidate(const ResourceType& type);

 private:
  struct Entry;
  Client& client_;
  const Duration max_age_;
  std::mutex mutex_;
  std::map<std::string, Entry> groups_;
};

}  // namespace toolhive::kube
