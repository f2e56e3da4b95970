#include "test/faults/harness/await.hpp"

#include <thread>

namespace toolhive::faults {
namespace {

std::string attempt(const Check& check) {
  try {
    return check();
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

void await(const std::string& what, const Check& check, e2e::Seconds bound, std::chrono::milliseconds pause) {
  const auto deadline = std::chrono::steady_clock::now() + bound;
  for (;;) {
    const std::string missing = attempt(check);
    if (missing.empty()) return;
    if (std::chrono::steady_clock::now() >= deadline) {
      std::string message = "waited " + std::to_string(static_cast<int>(bound.count())) + " s for: ";
      throw Overdue(message.append(what).append("\nstill: ").append(missing));
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace toolhive::faults
