// Raw targets and conditional headers. A tool that a path leads to is found again at the path made
// from its name.
#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/percent.hpp"
#include "registry/api/conditional.hpp"
#include "registry/api/route.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive::registry;
using toolhive::percent_encode;
using toolhive::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view target(reinterpret_cast<const char*>(data), size);
  const auto question = target.find('?');
  if (auto route = route_path(target.substr(0, question)); route && route->kind == Route::Kind::Version) {
    auto again = route_path("/api/v1/tools/" + percent_encode(route->name) + "/versions/" +
                            percent_encode(route->version));
    require(again.ok() && again->kind == Route::Kind::Version);
    require(again->name == route->name && again->version == route->version);
  }
  if (question != target.npos) {
    auto query = Query::parse(target.substr(question + 1), {"limit", "cursor", "search"}, {"search"});
    require(query.ok() || !query.error().detail.empty());
    auto any = Query::parse_any(target.substr(question + 1));
    require(any.ok() || !any.error().detail.empty());
  }
  if (auto decoded = percent_decode(target)) require(percent_decode(percent_encode(*decoded)) == decoded);
  if (auto tags = EntityTags::parse(target, "If-Match", true)) {
    for (const auto& tag : tags->tags) require(tags->matches(tag));
  }
  return 0;
}
