#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace toolhive::registry {

// Pages of lists as they were sent, for one state of the index: most readers ask for the same first
// pages. A page that is asked for again outlives any number that are asked for once. Thread safe.
class ListCache {
 public:
  // The bytes, and the entity tag and content type they were sent with.
  struct Sent {
    std::string body, tag;
    std::string_view content_type = {};
  };
  using Page = std::shared_ptr<const Sent>;
  // How often find() had the page, and how often not.
  struct Counts {
    std::uint64_t hits = 0, misses = 0;
  };

  // Null when the page is not there.
  Page find(const std::string& tag, const std::string& key);

  // Keeps the page unless it is larger than half the cache. Pages of another state are dropped.
  void add(const std::string& tag, const std::string& key, const Page& page);

  Counts counts() const;

 private:
  struct Generation {
    std::unordered_map<std::string, Page> pages;
    std::size_t bytes = 0;
  };

  void keep(const std::string& key, const Page& page);

  mutable std::mutex mutex_;
  std::string tag_;
  // What is found among the old gets young again; the old go when the young are too many.
  Generation young_, old_;
  Counts counts_;
};

}  // namespace toolhive::registry
