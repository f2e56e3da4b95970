// A namespace of a test's own, and what tests do in it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "test/e2e/harness/cluster.hpp"
#include "test/e2e/harness/leftovers.hpp"
#include "test/e2e/harness/wait.hpp"

namespace e2e {

// Made with restricted Pod Security enforced; removed, without waiting, when the test ends. When an
// assertion fails, the state of all namespaces of the test is printed (reporter.cpp). Where
// TOOLHIVE_OWN_NAMESPACE says that the operator serves its own namespace alone, the first one that a
// test makes is that, with restricted Pod Security as it is installed, and emptied at the end.
class TestNamespace {
 public:
  // `purpose` becomes part of the name.
  explicit TestNamespace(const std::string& purpose);
  ~TestNamespace();
  TestNamespace(const TestNamespace&) = delete;
  TestNamespace& operator=(const TestNamespace&) = delete;

  const std::string& name() const { return name_; }

  // kubectl with this namespace; require_... fails the test unless it succeeds.
  Output kubectl(std::vector<std::string> args, const std::string& input = {}) const;
  std::string require_kubectl(std::vector<std::string> args, const std::string& input = {}) const;
  void apply(const Json& object) const;
  void patch(const Kind& kind, const std::string& name, const Json& merge_patch) const;
  // Does not wait for it to be gone.
  void remove(const Kind& kind, const std::string& name) const;

  std::optional<Json> find(const Kind& kind, const std::string& name) const;
  Json get(const Kind& kind, const std::string& name) const;     // the test fails when it is absent
  std::vector<Json> pods_of(const std::string& registry) const;  // those not being deleted

  // `reason` empty: any. The condition must be about the current generation.
  void wait_condition(const Kind& kind, const std::string& name, const std::string& type,
                      const std::string& status, const std::string& reason = {},
                      Seconds bound = Seconds(90)) const;
  // And, of a Registry, until its Service reaches it: kube-proxy takes up endpoints some time after
  // the Deployment is available.
  void wait_ready(const Kind& kind, const std::string& name, Seconds bound = Seconds(90)) const;
  void wait_gone(const Kind& kind, const std::string& name, Seconds bound = Seconds(60)) const;
  // Until so many pods of the Registry mcp-registry are ready.
  void wait_replicas(int pods) const;

  // The name that the Service of a Registry has in the cluster's DNS.
  std::string service_host(const std::string& registry) const;
  // Through the Service, by its name in the cluster's DNS. `path` such as "/api/v1/tools".
  Answer http(const std::string& method, const std::string& path, const Json& body = nullptr,
              const std::string& registry = "mcp-registry") const;

 private:
  std::string name_;
  std::optional<Leftovers> leftovers_;  // in the operator's own
};

// Of a condition that is not there: status "" and reason "".
struct ConditionView {
  std::string status;
  std::string reason;
  std::string message;
  std::int64_t observed_generation = 0;
};
ConditionView condition(const Json& object, const std::string& type);

// A Registry named `name` with a small claim; `spec` is merged into it.
Json registry(const std::string& name = "mcp-registry", const Json& spec = Json::object());
// An MCPTool with a declared definition, registered in mcp-registry; `spec` is merged into it.
Json mcptool(const std::string& name, const Json& spec = Json::object());

}  // namespace e2e
