#pragma once

#include <string>
#include <string_view>

#include "registry/base/result.hpp"

namespace toolhive::registry::backup {

// Where a backup is: file:///FOLDER/NAME or s3://BUCKET/PREFIX/NAME.
struct Location {
  std::string text;    // As given; holds no secret.
  std::string bucket;  // Empty for files.
  std::string folder;  // Absolute for files, the prefix of keys for S3; without a slash at the end.
  std::string name;    // Its objects are <name>.jsonl and <name>.json.

  std::string export_name() const { return name + ".jsonl"; }
  std::string manifest_name() const { return name + ".json"; }
};

// Names and folders have letters, digits, dot, dash and underscore, folders also = + @ and comma;
// 1,000 bytes in all. Invalid otherwise.
Result<Location> parse_location(std::string_view text);

}  // namespace toolhive::registry::backup
