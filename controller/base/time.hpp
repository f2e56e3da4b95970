// Times as text, RFC 3339 in UTC.
#pragma once

#include <string>

#include "controller/base/clock.hpp"

namespace toolhive {

// "2026-01-02T03:04:05Z": metav1.Time.
std::string to_rfc3339(WallTime time);
// "2026-01-02T03:04:05.000006Z": metav1.MicroTime.
std::string to_rfc3339_micro(WallTime time);

}  // namespace toolhive
