// References: the values that an MCPTool's spec.server refers to, read from the API server.
#pragma once

#include <optional>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/client/client.hpp"
#include "crds/key_ref.hpp"

namespace toolhive {

// The reason of an error that is of the API server, and says nothing of the server or its owner.
inline constexpr const char* kApiServerTrouble = "APIServerTrouble";

// What was read last is kept: references to the same object one after the other cost one GET. Not
// thread-safe; everything it is made with must outlive it.
//
// Errors that an MCPTool's owner can do something about have the reason SecretForbidden,
// ConfigMapForbidden, SecretNotFound, ConfigMapNotFound or InvalidServer; others kApiServerTrouble.
class References {
 public:
  // Reads in namespace `ns`. `reader` is the service account "namespace:name" that this program
  // runs as, for the command that gives it the right; empty: unknown.
  References(const Context& ctx, kube::Client& client, std::string ns, std::string reader);
  ~References();

  // At most `limit` bytes.
  StatusOr<std::string> secret(const KeyRef& ref, std::size_t limit);
  StatusOr<std::string> config_map(const KeyRef& ref, std::size_t limit);

 private:
  Status open(const kube::ResourceType& type, const std::string& name);
  Status refusal(const kube::ResourceType& type, const std::string& name, const Status& error) const;
  StatusOr<std::string> value(const kube::ResourceType& type, const KeyRef& ref, std::size_t limit);

  const Context& ctx_;
  kube::Client& client_;
  const std::string ns_;
  const std::string reader_;
  std::string opened_;  // kind and name of `document_`
  JsonPtr document_;
};

}  // namespace toolhive
