#pragma once

#include <memory>

#include "registry/backup/destination.hpp"
#include "registry/backup/location.hpp"
#include "registry/backup/s3_options.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry::backup {

// Where a location's objects are. Of S3 nothing is asked yet.
Result<std::unique_ptr<Destination>> open_destination(const Location& location, const S3Options& options);

}  // namespace toolhive::registry::backup
