// Prints a line per test as it ends, and the state of the cluster when an assertion fails.
#pragma once

#include <string>

namespace e2e {

// From now on the first failed assertion of a test prints the state of this namespace.
void report_on_failure(const std::string& ns);
void forget_report(const std::string& ns);

}  // namespace e2e
