// ListedServer: what a registry tells, by the official registry API, of the server of an MCPTool.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/operator/live/offer_report.hpp"
#include "controller/operator/registry_client.hpp"

namespace toolhive {

struct ListedServer {
  ManagedBy manager;
  std::string title;     // as it calls itself; may be empty
  std::string version;   // likewise
  std::string protocol;  // that it speaks; may be empty
  std::string url;       // without its query, in which keys are sent
  // Names of the headers that who calls it has to send; their values are secrets.
  std::vector<std::string> headers;
  bool in_cluster_only = false;  // nobody outside the cluster can reach the url
  std::string state;             // the reason of the condition ServerAvailable
};

// "local.cluster.svc.<namespace>/<name>", the reversed domain of the Services of its namespace;
// none where the name of the MCPTool is longer or shorter than the API takes.
std::optional<std::string> listed_name(const std::string& ns, const std::string& name);

// Where the document says what the operator knows of the server: a member of its `_meta`.
inline constexpr const char* kObservedMeta = "mcpregistry.dev/observed";

// The state of a version that the server does not have any more.
inline constexpr const char* kSuperseded = "Superseded";

// The server.json (schema 2025-12-11) with, under kObservedMeta, whose it is, in which state, and
// which of its tools are held back and why; of these the first 50.
Json listed_server(const std::string& name, const ListedServer& server, const OfferReport& offer);

}  // namespace toolhive
