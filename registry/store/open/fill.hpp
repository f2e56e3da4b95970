#pragma once

#include <string>

#include "registry/base/result.hpp"
#include "registry/store/index.hpp"
#include "registry/store/open/options.hpp"

namespace toolhive::registry {

// Filling an empty store (store/fill.hpp), by its options. A database's schema is brought to that
// of this program before.

Result<std::string> read_origin(const StoreOptions& options);
Result<void> fill_store(const StoreOptions& options, const Index& index, const std::string& origin);

}  // namespace toolhive::registry
