#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace registry {

/// Pages of lists as they were sent, for one state of the index: most readers ask for the same first pages.
/// Thread safe.
class ListCache {
 public:
  using Page = std::shared_ptr<const std::string>;

  /// Null when the page is not there.
  Page find(const std::string& tag, const std::string& key) const {
    std::lock_guard guard(mutex_);
    if (tag != tag_) return nullptr;
    const auto it = pages_.find(key);
    return it == pages_.end() ? nullptr : it->second;
  }

  /// Keeps the page while there is room. Pages of another state are dropped.
  void add(const std::string& tag, const std::string& key, const Page& page) {
    std::lock_guard guard(mutex_);
    if (tag != tag_) {
      tag_ = tag;
      pages_.clear();
      bytes_ = 0;
    }
    const auto size = page->size() + key.size();
    if (bytes_ + size > kBytes) return;
    if (pages_.emplace(key, page).second) bytes_ += size;
  }

 private:
  static constexpr std::size_t kBytes = 1 << 20;

  mutable std::mutex mutex_;
  std::string tag_;
  std::unordered_map<std::string, Page> pages_;
  std::size_t bytes_ = 0;
};

}  // namespace registry
