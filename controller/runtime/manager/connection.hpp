// Connection: a Manager's clients, made from a kube::Config. Behind Manager, not for users.
#pragma once

#include <memory>
#include <string>

#include "controller/base/context.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/config/config.hpp"

namespace toolhive::runtime {

struct Connection {
  std::shared_ptr<kube::Client> client;
  // Over connections of its own, so that busy ones cannot cost the lease.
  std::shared_ptr<kube::Client> lease_client;
  Status error;  // of the configuration: then it is what both clients answer
};

Connection connect(const kube::Config& config);

// "host:port" of an URL.
std::string host_of(const std::string& url);

// Waits until the API server answers, for at most 15 s: one that cannot be reached at all is an
// error of the configuration more often than an outage. A server that says Forbidden has answered;
// Unauthorized does not get better by waiting.
Status wait_reachable(const Context& ctx, kube::Client& client);

}  // namespace toolhive::runtime
