#include "controller/runtime/manager/identity.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <random>

namespace toolhive::runtime {

std::string make_identity() {
  char name[256] = "unknown";
  if (const char* pod = std::getenv("POD_NAME"); pod && *pod) {
    std::snprintf(name, sizeof name, "%s", pod);
  } else {
    gethostname(name, sizeof name - 1);
  }
  std::random_device random;
  char suffix[16];
  std::snprintf(suffix, sizeof suffix, "_%08x", random());
  return std::string(name) + suffix;
}

}  // namespace toolhive::runtime
