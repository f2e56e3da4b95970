#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "registry/upstream/page.hpp"
#include "registry/upstream/page_source.hpp"

namespace toolhive::registry::upstream {

// What a listing may take at most, whatever the upstream does.
struct ListingBounds {
  std::size_t versions = 50'000;
  std::size_t pages = 10'000;
  Duration time = std::chrono::minutes(30);
};

// A listing that came to its end.
struct ListingEnd {
  std::size_t versions = 0;    // Different ones.
  std::size_t unreadable = 0;  // Entries that are no versions.
  std::string last_change;     // The latest of their times of change; empty when none says one.
};

// Takes the versions of a page, none of them twice in a listing. An error ends it.
using TakePage = std::function<Result<void>(const std::vector<ListedVersion>&)>;

// Reads all pages, from the first to the last, all versions or those changed since a time (RFC
// 3339; empty for all). Pages that are too large are asked for in smaller ones. Unavailable or
// Malformed as the source and read_page() say; TooLarge beyond the bounds, and when the pages go in
// a circle. What was taken until then stays taken.
Result<ListingEnd> list_versions(const Context& ctx, PageSource& source, const std::string& updated_since,
                                 const ListingBounds& bounds, const TakePage& take);

}  // namespace toolhive::registry::upstream
