// Runs a test case under the memory limit of the operator's Deployment.
#pragma once

namespace toolhive::test {

struct ChildOutcome {
  int status = -1;    // as wait4() has it; 0: the test case passed
  long resident = 0;  // MiB of memory at most
};

// The test case of that name, in a process of its own, though it is skipped otherwise. What it
// needs to know is in the environment.
ChildOutcome run_under_deployment_limit(const char* test_case);

}  // namespace toolhive::test
