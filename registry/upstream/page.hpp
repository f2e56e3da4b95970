#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/model/lifecycle.hpp"

namespace toolhive::registry::upstream {

// One version of a server as an upstream lists it; checked no further than is said here.
struct ListedVersion {
  std::string name, version;
  std::string server;  // JSON text: the server.json.
  Status status;       // With a message of at most 500 characters.
  // In the form of to_rfc3339_micro(); empty when the upstream says none.
  std::string published_at, updated_at;
};

// One answer to GET /v0.1/servers of the official registry API.
struct Page {
  std::vector<ListedVersion> versions;
  std::size_t unreadable = 0;  // Entries that are no such thing.
  std::string next_cursor;     // Empty on the last page.
};

// Reads an answer, each entry for itself. Malformed when it is no such list at all. Takes memory
// and time in proportion to the text.
Result<Page> read_page(std::string_view text);

}  // namespace toolhive::registry::upstream
