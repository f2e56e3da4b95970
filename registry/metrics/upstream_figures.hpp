#pragma once

#include <cstdint>
#include <string>

namespace toolhive::registry {

// How it stands with an upstream, for those who watch. Numbers of versions count since the start
// but where something else is said.
struct UpstreamFigures {
  std::string name;
  // What keeps it from being followed; empty for nothing. Names no server, and holds no secret.
  std::string problem = {};
  bool followed = false;          // By this replica; else the rest is of no use.
  std::int64_t last_success = 0;  // Seconds since 1970; 0 for none yet.
  std::uint64_t held = 0;         // That are there now and not deleted.
  std::uint64_t conflicts = 0;    // Of the last look at everything: their names are somebody else's.
  std::uint64_t refused = 0;      // Likewise: they are not what may be published here, or have no room.
  std::uint64_t created = 0, changed = 0, marked = 0;
  std::uint64_t failures = 0;  // Looks that did not come to their end.
};

}  // namespace toolhive::registry
