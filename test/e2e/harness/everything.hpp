// Tools in every state there is, and all that can be read of them: what must be the same after a
// registry's data went somewhere else.
#pragma once

#include <string>

#include "test/e2e/harness/test_namespace.hpp"

namespace e2e {

// Registers a version of a tool; the test fails when that is refused.
void post(const TestNamespace& ns, const std::string& name, const std::string& version);

// Tools of several versions, one deprecated, one of which a version is withdrawn, and one that is
// withdrawn as a whole.
void register_everything(const TestNamespace& ns);

// Every tool, version, state and time, the withdrawn ones included.
Json everything(const TestNamespace& ns);

}  // namespace e2e
