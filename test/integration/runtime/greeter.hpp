// The example of docs/framework.md, greeter.cpp, for the tests that run it as a process.
#pragma once

#include "controller/runtime/manager/manager.hpp"

// Adds the example's controller.
toolhive::runtime::ControllerHandle greet(toolhive::runtime::Manager& manager);
