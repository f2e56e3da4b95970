#include "registry/backup/location.hpp"

#include <algorithm>

namespace toolhive::registry::backup {
namespace {

constexpr std::string_view kFile = "file:///";
constexpr std::string_view kS3 = "s3://";
constexpr std::size_t kLongest = 1'000;
constexpr std::size_t kLongestName = 200;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_';
}

bool is_segment(std::string_view segment) {
  return !segment.empty() && segment != "." && segment != ".." &&
         std::all_of(segment.begin(), segment.end(),
                     [](char c) { return is_plain(c) || c == '=' || c == '+' || c == '@' || c == ','; });
}

// With a slash after each segment; none for the topmost.
bool is_folder(std::string_view folder) {
  while (!folder.empty()) {
    const auto segment = folder.substr(0, folder.find('/'));
    if (!is_segment(segment)) return false;
    folder.remove_prefix(segment.size() + 1);
  }
  return true;
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), is_plain);
}

// Names of buckets: those of Amazon S3, which others follow.
bool is_bucket(std::string_view bucket) {
  return bucket.size() >= 3 && bucket.size() <= 63 && bucket.front() != '.' && bucket.front() != '-' &&
         std::all_of(bucket.begin(), bucket.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
         });
}

Error unusable(const std::string& why) {
  return {Code::Invalid,
          "the location of the backup " + why + "; give file:///FOLDER/NAME or s3://BUCKET/PREFIX/NAME"};
}

}  // namespace

Result<Location> parse_location(std::string_view text) {
  if (text.size() > kLongest) return unusable("has more than " + std::to_string(kLongest) + " bytes");
  Location location;
  location.text = text;
  const bool s3 = text.starts_with(kS3);
  if (!s3 && !text.starts_with(kFile)) return unusable("begins with neither file:/// nor s3://");
  text.remove_prefix(s3 ? kS3.size() : kFile.size());
  if (s3) {
    location.bucket = text.substr(0, text.find('/'));
    text.remove_prefix(std::min(text.size(), location.bucket.size() + 1));
    if (!is_bucket(location.bucket)) return unusable("names no bucket");
  }
  const auto folder = text.substr(0, text.rfind('/') + 1);
  location.name = text.substr(folder.size());
  if (!is_name(location.name))
    return unusable("has a name that is not of letters, digits, dots, dashes and underscores");
  if (!is_folder(folder))
    return unusable("has a folder that is not of letters, digits and . - _ = + @ , or is . or ..");
  location.folder = folder.substr(0, folder.empty() ? 0 : folder.size() - 1);
  if (!s3) location.folder.insert(0, "/");
  return location;
}

}  // namespace toolhive::registry::backup
