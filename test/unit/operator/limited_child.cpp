#include "test/unit/operator/limited_child.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

namespace toolhive::test {

ChildOutcome run_under_deployment_limit(const char* test_case) {
  const std::string selection = std::string("--test-case=") + test_case;
  // The limit of config/manager/manager.yaml.
  const rlimit most{256U << 20, 256U << 20};
  const pid_t child = fork();
  if (child == 0) {
    setrlimit(RLIMIT_DATA, &most);
    execl("/proc/self/exe", "test_operator", "--no-skip", "--minimal", selection.c_str(), nullptr);
    _exit(127);
  }
  ChildOutcome outcome;
  rusage used{};
  REQUIRE(wait4(child, &outcome.status, 0, &used) == child);
  outcome.resident = used.ru_maxrss / 1024;
  MESSAGE("resident memory of the child at most " << outcome.resident << " MiB");
  return outcome;
}

}  // namespace toolhive::test
