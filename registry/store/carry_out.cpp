#include "registry/store/carry_out.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

namespace toolhive::registry {

std::vector<Result<WriteOutcome>> carry_out(Store& store, std::vector<Write> writes) {
  std::vector<std::optional<Result<WriteOutcome>>> outcomes(writes.size());
  std::mutex mutex;
  std::condition_variable all;
  std::size_t open = writes.size();
  for (std::size_t i = 0; i < writes.size(); ++i) {
    store.write(std::move(writes[i]), [&, i](Result<WriteOutcome> outcome) {
      std::lock_guard guard(mutex);
      outcomes[i] = std::move(outcome);
      // Under the lock: once it is released the waiter may return, and these variables go.
      if (--open == 0) all.notify_one();
    });
  }
  std::unique_lock guard(mutex);
  all.wait(guard, [&] { return open == 0; });
  std::vector<Result<WriteOutcome>> given;
  given.reserve(outcomes.size());
  for (auto& outcome : outcomes) given.push_back(std::move(*outcome));
  return given;
}

}  // namespace toolhive::registry
