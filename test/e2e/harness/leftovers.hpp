// Leftovers: what a test leaves in a namespace that stays.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "test/e2e/harness/process.hpp"

namespace e2e {

// All that comes into the namespace after this was made: deleted, and waited for, when it goes. The
// constructor throws std::runtime_error where it cannot be seen what is there.
class Leftovers {
 public:
  explicit Leftovers(std::string ns);
  ~Leftovers();
  Leftovers(const Leftovers&) = delete;
  Leftovers& operator=(const Leftovers&) = delete;

 private:
  Output kubectl(std::vector<std::string> args) const;
  Output listed() const;
  // What is not of before, as kubectl names it, such as "pod/weather-1".
  std::vector<std::string> found() const;

  const std::string ns_;
  std::set<std::string> before_;
};

}  // namespace e2e
