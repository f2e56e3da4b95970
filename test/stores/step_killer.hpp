// Kills a program before a step of its choosing, so that every moment at which it could die is
// tried and none is left to chance.
#pragma once

#include <string>
#include <vector>

namespace toolhive::registry::test {

// A step is a system call that changes files or sends something; what goes to standard output and
// standard error is none.
struct Steps {
  int taken = 0;
  bool killed = false;
};

inline constexpr int kNoStep = -1;

// Runs the program, argv[0] being its path, and kills it with SIGKILL before its step of that
// number, from 0: that step is not taken any more. Throws std::system_error when it cannot be
// traced.
Steps run_to_step(const std::vector<std::string>& argv, int step);

// The numbers of all steps; of more than `most` so many, evenly, with the first and the last.
std::vector<int> steps_to_kill_at(int all, int most);

}  // namespace toolhive::registry::test
