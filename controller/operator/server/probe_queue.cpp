#include "controller/operator/server/probe_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace toolhive {

namespace {

int count_of(const std::map<std::string, int>& counts, const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

int rank(const QueuedProbe& probe) {
  if (probe.proven) return 0;
  return probe.unseen ? 1 : 2;
}

void count_down(std::map<std::string, int>& counts, const std::string& name) {
  const auto found = counts.find(name);
  if (--found->second == 0) counts.erase(found);
}

}  // namespace

void ProbeQueue::push(QueuedProbe probe) {
  waiting_.push_back(std::move(probe));
}

std::optional<QueuedProbe> ProbeQueue::take() {
  auto found = std::find_if(waiting_.begin(), waiting_.end(),
                            [this](const QueuedProbe& each) { return may_begin(each); });
  if (found == waiting_.end()) return std::nullopt;
  // A namespace's turn goes to those of its servers that will soon be done with it, or are waited
  // for.
  for (auto each = std::next(found); each != waiting_.end() && rank(*found) > 0; ++each)
    if (rank(*each) < rank(*found) && each->key.ns == found->key.ns && may_begin(*each)) found = each;
  QueuedProbe probe = std::move(*found);
  waiting_.erase(found);
  ++by_namespace_[probe.key.ns];
  ++by_origin_[probe.origin];
  if (!probe.proven) unproven_.insert(probe.key.ns);
  return probe;
}

void ProbeQueue::leave(const QueuedProbe& probe) {
  count_down(by_namespace_, probe.key.ns);
  count_down(by_origin_, probe.origin);
  if (!probe.proven) unproven_.erase(probe.key.ns);
}

void ProbeQueue::drop(const kube::Key& key) {
  waiting_.remove_if([&](const QueuedProbe& each) { return each.key == key; });
}

bool ProbeQueue::may_begin(const QueuedProbe& probe) const {
  if (count_of(by_namespace_, probe.key.ns) >= half_ || count_of(by_origin_, probe.origin) >= kPerOrigin)
    return false;
  return probe.proven ||
         (unproven_.size() < static_cast<std::size_t>(half_) && !unproven_.contains(probe.key.ns));
}

}  // namespace toolhive
