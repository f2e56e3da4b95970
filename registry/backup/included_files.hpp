#pragma once

#include <string>

#include "registry/backup/manifest.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry::backup {

// The files of a folder that go into a backup beside the store: manifests of Kubernetes, for
// example. Those whose name begins with a dot are left out. At most 1,000 of UTF-8, 2 MiB together.
// Invalid otherwise, and when the folder cannot be read.
Result<Files> read_included_files(const std::string& folder);

}  // namespace toolhive::registry::backup
