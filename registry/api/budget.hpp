#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "registry/base/result.hpp"

namespace toolhive::registry {

// What the answer to one request may cost. Asked by whatever goes through what is stored, as much
// of which as there is. One thread.
class Budget {
 public:
  // The processor time that the thread has used.
  using Clock = std::function<std::chrono::nanoseconds()>;
  struct Limits {
    // Of the processor, so that a busy machine refuses nothing. A search through 50,000 tools takes
    // a fortieth of it.
    std::chrono::nanoseconds time = std::chrono::seconds(1);
    // Of the documents in one list. A page of 30 tools, each as large as a definition may be by
    // default, fits.
    std::size_t bytes = std::size_t{8} << 20;
  };

  Budget();
  Budget(const Limits& limits, Clock clock);

  // Whether the time is used up. Cheap: looks at the clock once in many steps.
  bool spent();

  // Takes a document into the list if there is room for it. There always is for the first.
  bool take(std::size_t bytes);

  // What to tell who asked for more time than there is.
  Error out_of_time() const;

 private:
  const Limits limits_;
  const Clock clock_;
  const std::chrono::nanoseconds start_;
  unsigned steps_ = 0;
  std::size_t taken_ = 0;
};

}  // namespace toolhive::registry
