#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "registry/backup/destination.hpp"
#include "registry/backup/s3_client.hpp"

namespace toolhive::registry::backup {

// A part of an object that is larger is sent by itself (multipart upload); of one that is not, the
// whole is. In memory there are at most this and one piece.
inline constexpr std::size_t kS3PartBytes = 16 << 20;

// The objects of a bucket whose keys begin with `prefix` and a slash; all when it is empty. An
// upload that is killed leaves its parts behind, which a rule of the bucket should remove.
std::unique_ptr<Destination> s3_destination(std::unique_ptr<S3Client> client, std::string prefix);

}  // namespace toolhive::registry::backup
