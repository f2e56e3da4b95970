// StreamSlots: how many servers are listened to at one time.
#pragma once

#include <map>
#include <string>

namespace toolhive {

// Not thread-safe. Of all slots a namespace has at most a quarter, rounded up.
class StreamSlots {
 public:
  explicit StreamSlots(int most) : most_(most) {}

  // False: there is none left for the namespace.
  bool take(const std::string& ns);
  void leave(const std::string& ns);
  int taken() const { return taken_; }

 private:
  const int most_;
  int taken_ = 0;
  std::map<std::string, int> by_namespace_;  // without those that are at 0
};

}  // namespace toolhive
