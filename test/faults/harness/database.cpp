#include "test/faults/harness/database.hpp"

#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "test/e2e/harness/node_database.hpp"

namespace toolhive::faults {

Database database_of(const std::string& ns) {
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  // These tests run in the cluster's network themselves.
  static e2e::NodeDatabase server(
      [](std::vector<std::string> argv) { return e2e::Command{.argv = std::move(argv)}; });
  static std::set<std::string> made;
  if (made.insert(ns).second) server.make_database(ns);
  return {server.url(ns), server.authority(), server.port()};
}

}  // namespace toolhive::faults
