// What each command is given, and what it is.
#pragma once

#include <functional>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/plugin/console.hpp"
#include "controller/plugin/kubectl.hpp"

namespace CLI {
class App;
}

namespace toolhive::plugin {

struct Session {
  Context ctx;  // ends with Ctrl-C
  const Kubectl& kubectl;
  Console& console;
};

// Answers the exit code of a command that did what it was asked.
using Action = std::function<StatusOr<int>(Session&)>;

}  // namespace toolhive::plugin
