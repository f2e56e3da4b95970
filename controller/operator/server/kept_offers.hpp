// KeptOffers: which offers are still in memory.
#pragma once

#include <cstddef>
#include <list>

#include "controller/kube/object/resource.hpp"

namespace toolhive {

// A budget of bytes for all offers that are kept. It knows them by their keys; whoever holds them
// drops those that it names. Not thread-safe.
class KeptOffers {
 public:
  explicit KeptOffers(std::size_t budget) : budget_(budget) {}

  // The offer of `key` takes so many bytes now. Answers the keys whose offers are to be dropped
  // for that, those first that were kept first.
  std::list<kube::Key> keep(const kube::Key& key, std::size_t bytes);
  void drop(const kube::Key& key);
  std::size_t bytes() const { return bytes_; }

 private:
  struct Kept {
    kube::Key key;
    std::size_t bytes;
  };
  const std::size_t budget_;
  std::list<Kept> kept_;  // the oldest first
  std::size_t bytes_ = 0;
};

}  // namespace toolhive
