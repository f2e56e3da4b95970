#include "test/faults/harness/injections.hpp"

#include <algorithm>

namespace toolhive::faults {

std::string unused_rules(FaultProxy& proxy) {
  std::string rules;
  for (int rule = 0; rule < proxy.rules(); ++rule)
    if (!proxy.struck(rule)) rules += "rules[" + std::to_string(rule) + "] never struck\n";
  return rules;
}

std::size_t strikes(FaultProxy& proxy) {
  const auto& entries = proxy.log();
  return static_cast<std::size_t>(std::count_if(
      entries.begin(), entries.end(), [](const LogEntry& entry) { return entry.event == "fault"; }));
}

}  // namespace toolhive::faults
