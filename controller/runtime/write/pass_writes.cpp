#include "controller/runtime/write/pass_writes.hpp"

namespace toolhive::runtime {

void PassWrites::begin(const std::string& reconcile_id) {
  const std::lock_guard lock(mutex_);
  passes_[reconcile_id] = 0;
}

int PassWrites::end(const std::string& reconcile_id) {
  const std::lock_guard lock(mutex_);
  const auto pass = passes_.extract(reconcile_id);
  return pass ? pass.mapped() : 0;
}

void PassWrites::count(std::string_view reconcile_id) {
  if (reconcile_id.empty()) return;
  const std::lock_guard lock(mutex_);
  if (const auto pass = passes_.find(std::string(reconcile_id)); pass != passes_.end()) ++pass->second;
}

}  // namespace toolhive::runtime
