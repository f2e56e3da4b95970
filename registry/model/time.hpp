#pragma once

#include <string>
#include <string_view>

namespace toolhive::registry {

// `now`, or where that is not after `last` the next time that is, both in the form of
// to_rfc3339_micro(): clocks go back, and differ between replicas. `last` may be empty.
std::string time_after(std::string_view last, std::string_view now);

}  // namespace toolhive::registry
