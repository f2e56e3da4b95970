// RegistryApi: what the operator asks of a registry service, and RegistryClient: asking it over
// HTTP.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/object/field_reader.hpp"
#include "controller/kube/transport/transport.hpp"
#include "controller/operator/contract_comparison.hpp"

namespace toolhive {

// Whose an entry is: the resource that registered it.
struct ManagedBy {
  std::string kind;
  std::string ns;
  std::string name;
  std::string uid;
  bool operator==(const ManagedBy&) const = default;
};

// One registered version of a tool.
struct RegistryEntry {
  std::string name;
  std::string version;
  std::string digest;
  std::string contract_digest;  // empty: of a registry that tells none
  std::string registered_at;
  ManagedBy manager;  // empty kind: nobody's
  bool deprecated = false;
  std::string status_message;
  JsonPtr document;  // as the registry serves it
};

// Whether a tool is to be used, as the registry tells its users.
struct EntryStatus {
  bool deprecated = false;
  std::string message;  // with deprecated: why, at most 500 characters
};

// Of a version of a server.
enum class ServerStatus { Active, Deleted };

// What a registry says of itself.
struct ServiceReport {
  std::int64_t tools = 0;
  std::string version;
};

// Thread-safe. Errors: NotFound; AlreadyExists, the version stands for other content; Conflict, the
// entry is managed by somebody else; Invalid when the registry does not take what was sent, whoever
// sends it and whenever; all else (Unavailable, Timeout, Forbidden, ...) means that the registry
// could not be asked or cannot write now.
class RegistryApi {
 public:
  virtual ~RegistryApi() = default;
  // The latest version when `version` is empty.
  virtual StatusOr<RegistryEntry> get(const Context& ctx, const std::string& name,
                                      const std::string& version) = 0;
  // All versions of a tool, the one that is served as the latest first; their documents lack the
  // definition.
  virtual StatusOr<std::vector<RegistryEntry>> versions(const Context& ctx, const std::string& name) = 0;
  // The latest versions of all tools that the resource has, whatever its uid, in the order of their
  // names; their documents lack the definition.
  virtual StatusOr<std::vector<RegistryEntry>> list_managed(const Context& ctx, const ManagedBy& manager) = 0;
  // The registry numbers a definition without a version itself. The same content again is success.
  virtual StatusOr<RegistryEntry> put(const Context& ctx, const Json& definition) = 0;
  // Takes out all versions of a tool, if they are `manager`'s.
  virtual Status withdraw(const Context& ctx, const std::string& name, const ManagedBy& manager) = 0;
  virtual Status withdraw_version(const Context& ctx, const std::string& name, const std::string& version,
                                  const ManagedBy& manager) = 0;
  // Of all versions of a tool, if they are `manager`'s.
  virtual Status set_status(const Context& ctx, const std::string& name, const EntryStatus& status,
                            const ManagedBy& manager) = 0;
  // What it means for callers when the definition `from` becomes `to`; each may as well be an
  // object with name and version of what is registered. NotFound when that is not.
  virtual StatusOr<ContractComparison> compare(const Context& ctx, const Json& from, const Json& to) = 0;
  // The server.json of the latest version of a server, which is not deleted; never null.
  virtual StatusOr<JsonPtr> get_server(const Context& ctx, const std::string& name) = 0;
  // Publishes a server.json, or changes the one of its version. Invalid also where that version is
  // deleted.
  virtual Status put_server(const Context& ctx, const Json& server) = 0;
  // Of all versions when `version` is empty. Invalid also where it is so already.
  virtual Status set_server_status(const Context& ctx, const std::string& name, const std::string& version,
                                   ServerStatus status) = 0;
  virtual StatusOr<ServiceReport> report(const Context& ctx) = 0;
};

class RegistryClient : public RegistryApi {
 public:
  // `prefix` is the path under which `transport` reaches the service: empty for the service itself,
  // the path of its proxy when the way leads through the API server. A call takes at most 10 s and
  // its answer 2 MiB; what it says in words is cleaned and cut, so that a status can hold it.
  RegistryClient(std::shared_ptr<kube::Transport> transport, std::string prefix);

  StatusOr<RegistryEntry> get(const Context& ctx, const std::string& name,
                              const std::string& version) override;
  StatusOr<std::vector<RegistryEntry>> versions(const Context& ctx, const std::string& name) override;
  StatusOr<RegistryEntry> put(const Context& ctx, const Json& definition) override;
  StatusOr<std::vector<RegistryEntry>> list_managed(const Context& ctx, const ManagedBy& manager) override;
  Status withdraw(const Context& ctx, const std::string& name, const ManagedBy& manager) override;
  Status withdraw_version(const Context& ctx, const std::string& name, const std::string& version,
                          const ManagedBy& manager) override;
  Status set_status(const Context& ctx, const std::string& name, const EntryStatus& status,
                    const ManagedBy& manager) override;
  StatusOr<ContractComparison> compare(const Context& ctx, const Json& from, const Json& to) override;
  StatusOr<JsonPtr> get_server(const Context& ctx, const std::string& name) override;
  Status put_server(const Context& ctx, const Json& server) override;
  Status set_server_status(const Context& ctx, const std::string& name, const std::string& version,
                           ServerStatus status) override;
  StatusOr<ServiceReport> report(const Context& ctx) override;

 private:
  StatusOr<Json> send(const Context& ctx, const char* method, const std::string& target,
                      std::string body = {});

  std::shared_ptr<kube::Transport> transport_;
  std::string prefix_;
};

// The error that a reply of the registry, or of a proxy before it, stands for.
Status registry_error(const kube::HttpResponse& response);
// Decode when the document lacks what every entry has.
StatusOr<RegistryEntry> parse_entry(Json document);

}  // namespace toolhive
