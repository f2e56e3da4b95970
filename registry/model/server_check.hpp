#pragma once

#include <string>
#include <vector>

#include "registry/model/json.hpp"
#include "registry/model/profile.hpp"

namespace toolhive::registry {

// What is wrong with a server.json at one place.
struct ServerIssue {
  std::string pointer;    // JSON pointer of the member.
  std::string message;    // What is wrong with it, and what to do.
  std::string reference;  // The rule, as a word: "invalid-remote-url".
  // Against the published schema of server.json; else against a rule beyond it.
  bool structural = false;
  bool warning = false;  // The server can be published all the same.
};

// Checks a server.json against the schema published as 2025-12-11 and the rules of the reference
// registry beyond it. The profile decides what is reachable: Public takes https, public hosts, and
// repositories at GitHub and GitLab; Private takes http and every host as well. Names, members and
// limits are those of the schema; members it does not know are issues, but for those of _meta under
// a name with a slash. The issues in the order of the document; of more than 100, those and one
// that says so.
std::vector<ServerIssue> check_server(const Json& server, Profile profile);

// "packages[0].transport.url" for "/packages/0/transport/url": how the reference registry writes
// places.
std::string dotted_path(std::string_view pointer);

}  // namespace toolhive::registry
