// Reading whole files. Internal to the library.
#pragma once

#include <string>

#include "controller/base/status.hpp"

namespace toolhive {

// The whole content of a file, pipe or device of at most 16 MiB. NotFound when it does not exist, else
// Invalid; messages name the file and the cause.
StatusOr<std::string> read_file(const std::string& path);

}  // namespace toolhive
