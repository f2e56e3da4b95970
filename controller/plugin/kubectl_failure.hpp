// What went wrong with kubectl, and what to do about it.
#pragma once

#include <string>
#include <vector>

#include "controller/base/status.hpp"
#include "controller/base/subprocess.hpp"

namespace toolhive::plugin {

// Of kubectl with these words, which ended as `result` says. What it said is made visible.
Status kubectl_failure(const std::vector<std::string>& words, const ProcessResult& result);

// Of kubectl that could not be run, or not to its end.
Status not_run(const Status& cause);

}  // namespace toolhive::plugin
