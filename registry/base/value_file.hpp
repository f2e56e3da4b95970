#pragma once

#include <string>
#include <string_view>

#include "registry/base/result.hpp"

namespace toolhive::registry {

// The value that a file of the configuration is there for: a password, a URL, a token. As it was
// meant: without the byte order mark and the line ends that editors add. Unavailable, naming the
// file and the field and nothing of the content, when it cannot be read, or holds nothing, several
// lines or more than 64 KiB.
Result<std::string> read_value_file(const std::string& path, std::string_view field);

}  // namespace toolhive::registry
