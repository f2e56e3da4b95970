// ProbeQueue: which server is looked at next, so that those that are slow take neither all threads
// nor the time of others.
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "controller/kube/object/resource.hpp"

namespace toolhive {

struct QueuedProbe {
  kube::Key key;        // of the MCPTool
  std::string origin;   // of the server
  bool proven = false;  // the last look at it that met it went well, and all since took little time
  bool unseen = false;  // as it is now it has not been looked at
};

// In the order of their coming, within a namespace those that are proven first, then those that are
// unseen, so that a server that somebody has just changed does not wait for those that never
// answer. Of `threads` looks at one time at most half, rounded up, are for one namespace, and
// kPerOrigin for one origin; and of servers that are not proven at most half for all, and one for a
// namespace. Not thread-safe.
class ProbeQueue {
 public:
  static constexpr int kPerOrigin = 2;

  explicit ProbeQueue(int threads) : half_((threads + 1) / 2) {}

  void push(QueuedProbe probe);
  // The first that may begin; it counts as under way until leave().
  std::optional<QueuedProbe> take();
  void leave(const QueuedProbe& probe);
  // What waits for the key waits no more.
  void drop(const kube::Key& key);
  std::size_t waiting() const { return waiting_.size(); }

 private:
  bool may_begin(const QueuedProbe& probe) const;

  const int half_;
  std::list<QueuedProbe> waiting_;
  // How many are under way, without those that are at 0.
  std::map<std::string, int> by_namespace_;
  std::map<std::string, int> by_origin_;
  std::set<std::string> unproven_;  // namespaces with one of such a server
};

}  // namespace toolhive
