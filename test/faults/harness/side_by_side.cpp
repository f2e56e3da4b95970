#include "test/faults/harness/side_by_side.hpp"

#include <atomic>
#include <thread>
#include <vector>

namespace toolhive::faults {

void side_by_side(unsigned threads, std::size_t count, const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::jthread> workers;
  for (unsigned i = 0; i < threads; ++i)
    workers.emplace_back([&] {
      for (std::size_t index; (index = next++) < count;) task(index);
    });
}

}  // namespace toolhive::faults
