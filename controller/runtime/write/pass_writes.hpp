// PassWrites: how many writes each pass of a reconciler sent.
#pragma once

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace toolhive::runtime {

// Thread-safe. Passes are told apart by their reconcile id, which their calls carry in the Context.
class PassWrites {
 public:
  void begin(const std::string& reconcile_id);
  // Answers the number of writes since begin(), and forgets the pass.
  int end(const std::string& reconcile_id);
  // Ignored for a pass that did not begin.
  void count(std::string_view reconcile_id);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, int> passes_;  // those under way
};

}  // namespace toolhive::runtime
