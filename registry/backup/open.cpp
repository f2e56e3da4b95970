#include "registry/backup/open.hpp"

#include "registry/backup/file_destination.hpp"
#include "registry/backup/s3_destination.hpp"

namespace toolhive::registry::backup {

Result<std::unique_ptr<Destination>> open_destination(const Location& location, const S3Options& options) {
  if (location.bucket.empty()) return file_destination(posix_file_system(), location.folder);
  auto client = S3Client::open(options, location.bucket);
  if (!client) return client.take_error();
  return s3_destination(std::move(*client), location.folder);
}

}  // namespace toolhive::registry::backup
