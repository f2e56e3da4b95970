// Runs tasks on several threads.
#pragma once

#include <cstddef>
#include <functional>

namespace toolhive::faults {

// Calls task(0) to task(count - 1), on `threads` threads; returns when all have returned. A task
// must not throw.
void side_by_side(unsigned threads, std::size_t count, const std::function<void(std::size_t)>& task);

}  // namespace toolhive::faults
