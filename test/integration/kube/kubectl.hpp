// The kubectl of tests that need one.
#pragma once

#include <string>

namespace toolhive::test {

// The path of $KUBECTL, or of the one that the cluster of the tests was built with.
const std::string& kubectl();

}  // namespace toolhive::test
