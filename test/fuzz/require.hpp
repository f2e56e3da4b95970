// What a fuzz target holds its subject to, in every build.
#pragma once

#include <cstdlib>

namespace toolhive::fuzz {

// Ends the process, which the fuzzer reports with the input, unless it holds.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace toolhive::fuzz
