// Answers of an upstream: whatever they are, each version that is read of one can be checked by
// itself, and goes on to the checks of a publication.
#include <cstdint>
#include <string_view>

#include "registry/model/server_parse.hpp"
#include "registry/model/text.hpp"
#include "registry/upstream/page.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive::registry;
using toolhive::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto page = upstream::read_page({reinterpret_cast<const char*>(data), size});
  if (!page) {
    require(!page.error().detail.empty());
    return 0;
  }
  for (const auto& each : page->versions) {
    require(each.server.size() <= size);
    require(!each.status.message ||
            (each.status.message->size() <= 500 && each.status.lifecycle != Lifecycle::Active));
    const auto server = parse_server(each.server, ToolPolicy());
    // One reader takes the first of two members of a name, the other refuses them.
    if (server) require(server->name == each.name && server->version.text() == each.version);
  }
  return 0;
}
