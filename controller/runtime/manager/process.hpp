// What main() does around a Manager:
//
//   return runtime::exit_code(manager.run(runtime::stop_on_signals()));
#pragma once

#include <stop_token>

#include "controller/base/status.hpp"

namespace toolhive::runtime {

// Fires on the first SIGTERM or SIGINT; another one ends the process at once. Thread-safe; the same
// token at each call.
std::stop_token stop_on_signals();

// 0 for Ok, else 1 after a line in the log. Where Manager::run() says that work did not end, the
// Manager's destructor would wait for that work: the process ends here.
int exit_code(const Status& ended);

}  // namespace toolhive::runtime
