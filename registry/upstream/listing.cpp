#include "registry/upstream/listing.hpp"

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "registry/upstream/version_key.hpp"

namespace toolhive::registry::upstream {
namespace {

// A registry that filters what it has read may have a page without anything on it.
constexpr std::size_t kPagesWithoutNews = 10;
constexpr std::size_t kLongestCursor = 1'000;
constexpr std::size_t kSmaller = 10;

Error beyond(std::string what) {
  return {Code::TooLarge, std::move(what)};
}

// Asks for less at a time while a page is too large.
Result<std::string> read_smaller(const Context& ctx, PageSource& source, PageQuery& query) {
  for (;;) {
    auto text = source.read(ctx, query);
    if (text || text.error().code != Code::TooLarge || query.limit == 1) return text;
    query.limit = std::max<std::size_t>(1, query.limit / kSmaller);
  }
}

}  // namespace

Result<ListingEnd> list_versions(const Context& given, PageSource& source, const std::string& updated_since,
                                 const ListingBounds& bounds, const TakePage& take) {
  const auto ctx = given.with_timeout(bounds.time);
  ListingEnd end;
  std::unordered_set<VersionKey> seen;
  std::unordered_set<std::string> cursors;
  PageQuery query;
  query.updated_since = updated_since;
  for (std::size_t pages = 0, without_news = 0;; ++pages) {
    if (pages == bounds.pages)
      return beyond("it has more than " + std::to_string(bounds.pages) + " pages; not all were read");
    if (ctx.done() && !ctx.stop.stop_requested())
      return beyond("it takes too long to list its servers; not all were read");
    auto text = read_smaller(ctx, source, query);
    if (!text) return text.take_error();
    auto page = read_page(*text);
    if (!page) return page.take_error();
    end.unreadable += page->unreadable;
    auto& versions = page->versions;
    std::erase_if(versions, [&](const auto& each) { return !seen.insert(key_of(each)).second; });
    if (seen.size() > bounds.versions) {
      return beyond("it lists more than " + std::to_string(bounds.versions) +
                    " versions; what came before was taken in; raise versions of the upstream");
    }
    end.versions = seen.size();
    for (const auto& each : versions) end.last_change = std::max(end.last_change, each.updated_at);
    without_news = versions.empty() ? without_news + 1 : 0;
    if (!versions.empty()) {
      if (auto ok = take(versions); !ok) return ok.take_error();
    }
    if (page->next_cursor.empty()) return end;
    if (without_news == kPagesWithoutNews || page->next_cursor.size() > kLongestCursor ||
        !cursors.insert(page->next_cursor).second)
      return beyond("its pages do not end: they repeat what was listed before");
    query.cursor = std::move(page->next_cursor);
  }
}

}  // namespace toolhive::registry::upstream
