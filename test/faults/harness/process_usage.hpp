// What a process holds of the machine, as /proc tells.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace toolhive::faults {

struct ProcessUsage {
  std::int64_t resident_kib = 0;  // VmRSS
  int threads = 0;
  int descriptors = 0;

  std::string to_string() const;
};

// Throws std::runtime_error when there is no such process.
ProcessUsage process_usage(pid_t pid);

}  // namespace toolhive::faults
