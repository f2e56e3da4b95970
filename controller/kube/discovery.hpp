// Discovery: which resources the API server offers right now. CRDs come and go, and OpenShift's Routes are
// served by an aggregated API server that may be down: absent and unknown are different answers.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "controller/kube/client.hpp"
#include "controller/kube/resource.hpp"

namespace kube {

enum class Offered { Yes, No, Unknown };

// Thread-safe. Answers are kept for `max_age` per group and version; a failed refresh keeps the last answer.
class Discovery {
 public:
  // `client` must outlive this.
  Discovery(Client& client, Duration max_age);
  ~Discovery();
  // Unknown only when the server never answered for that group.
  Offered offers(const Context& ctx, const ResourceType& type);
  // Forgets what is known of `type`'s group, after a call failed with NotFound for the whole resource.
  void invalidate(const ResourceType& type);

 private:
  struct Entry;
  Client& client_;
  const Duration max_age_;
  std::mutex mutex_;
  std::map<std::string, Entry> groups_;
};

}  // namespace kube
