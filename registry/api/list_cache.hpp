#pragma once

#include <cstddef>
#include <cstdint>
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
  /// How often find() had the page, and how often not.
  struct Counts {
    std::uint64_t hits = 0, misses = 0;
  };

  /// Null when the page is not there.
  Page find(const std::string& tag, const std::string& key) {
    std::lock_guard guard(mutex_);
    const auto it = tag == tag_ ? pages_.find(key) : pages_.end();
    if (it == pages_.end()) {
      ++counts_.misses;
      return nullptr;
    }
    ++counts_.hits;
    return it->second;
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

  Counts counts() const {
    std::lock_guard guard(mutex_);
    return counts_;
  }

 private:
  static constexpr std::size_t kBytes = 1 << 20;

  mutable std::mutex mutex_;
  std::string tag_;
  std::unordered_map<std::string, Page> pages_;
  std::size_t bytes_ = 0;
  Counts counts_;
};

}  // namespace registry
