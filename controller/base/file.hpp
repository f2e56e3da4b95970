// Reading whole files. Internal to the library.
#pragma once

#include <cstddef>
#include <string>

#include "controller/base/status.hpp"

namespace toolhive {

// The whole content of a file, pipe or device of at most so many bytes. NotFound when it does not
// exist, else Invalid; messages name the file and the cause.
StatusOr<std::string> read_file(const std::string& path, std::size_t most_bytes = 16 << 20);

}  // namespace toolhive
