#pragma once

#include "registry/api/budget.hpp"
#include "registry/api/server_versions.hpp"
#include "registry/base/result.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {

inline Error too_many_servers() {
  return {Code::Invalid,
          "there are more servers than one answer may hold; read them page by page at /v0.1/servers"};
}

// Calls `visit(server.json)`, for the latest version of each server that may be read, unless it is
// deprecated or deleted, in the order of their names. Invalid when it takes too long.
template <class Visit>
Result<void> visit_current_servers(const Index& index, const auth::Permit* permit, Budget& budget,
                                   Visit visit) {
  bool in_time = true;
  index.visit_servers("", [&](const Tool& server) {
    in_time = !budget.spent();
    if (!in_time) return false;
    const auto latest = find_version(&server, "latest", permit);
    if (!latest || latest->lifecycle != Lifecycle::Active) return true;
    // An import may bring a text that no request could have.
    if (const auto document = parse_stored_json(server_json_of(*latest, permit))) visit(*document);
    return true;
  });
  if (!in_time) return too_many_servers();
  return {};
}

}  // namespace toolhive::registry
