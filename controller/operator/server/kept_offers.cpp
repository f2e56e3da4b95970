#include "controller/operator/server/kept_offers.hpp"

#include <algorithm>

namespace toolhive {

std::list<kube::Key> KeptOffers::keep(const kube::Key& key, std::size_t bytes) {
  drop(key);
  kept_.push_back({key, bytes});
  bytes_ += bytes;
  std::list<kube::Key> out;
  while (bytes_ > budget_) {
    bytes_ -= kept_.front().bytes;
    out.push_back(kept_.front().key);
    kept_.pop_front();
  }
  return out;
}

void KeptOffers::drop(const kube::Key& key) {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& each) { return each.key == key; });
  if (found == kept_.end()) return;
  bytes_ -= found->bytes;
  kept_.erase(found);
}

}  // namespace toolhive
