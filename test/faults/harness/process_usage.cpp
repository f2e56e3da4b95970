#include "test/faults/harness/process_usage.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace toolhive::faults {

std::string ProcessUsage::to_string() const {
  return std::to_string(resident_kib) + " KiB resident, " + std::to_string(threads) + " threads, " +
         std::to_string(descriptors) + " descriptors";
}

ProcessUsage process_usage(pid_t pid) {
  const std::filesystem::path proc = "/proc/" + std::to_string(pid);
  std::ifstream status(proc / "status");
  if (!status) throw std::runtime_error("process " + std::to_string(pid) + " does not exist");
  ProcessUsage usage;
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> usage.resident_kib;
    if (word == "Threads:") status >> usage.threads;
  }
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(proc / "fd"))
    ++usage.descriptors;
  return usage;
}

}  // namespace toolhive::faults
