#include "registry/api/list_cache.hpp"

#include <utility>

namespace toolhive::registry {
namespace {

constexpr std::size_t kGenerationBytes = 1 << 19;
// Of the map's node and bucket, the page's string and its count of owners: most searches for
// nonsense find a page of no tools.
constexpr std::size_t kEntryBytes = 200;

}  // namespace

ListCache::Page ListCache::find(const std::string& tag, const std::string& key) {
  std::lock_guard guard(mutex_);
  if (tag == tag_) {
    if (const auto it = young_.pages.find(key); it != young_.pages.end()) {
      ++counts_.hits;
      return it->second;
    }
    if (const auto it = old_.pages.find(key); it != old_.pages.end()) {
      ++counts_.hits;
      auto page = it->second;
      keep(key, page);
      return page;
    }
  }
  ++counts_.misses;
  return nullptr;
}

void ListCache::add(const std::string& tag, const std::string& key, const Page& page) {
  std::lock_guard guard(mutex_);
  if (tag != tag_) {
    tag_ = tag;
    young_ = {};
    old_ = {};
  }
  keep(key, page);
}

void ListCache::keep(const std::string& key, const Page& page) {
  const auto size = kEntryBytes + key.size() + page->body.size();
  if (size > kGenerationBytes) return;
  if (young_.bytes + size > kGenerationBytes) old_ = std::exchange(young_, {});
  if (young_.pages.emplace(key, page).second) young_.bytes += size;
}

ListCache::Counts ListCache::counts() const {
  std::lock_guard guard(mutex_);
  return counts_;
}

}  // namespace toolhive::registry
