#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/base/result.hpp"

namespace toolhive::registry {

// What the entity tag of a compressed representation ends in. Conditions are on what is
// represented, so that they take the tags of both.
inline constexpr std::string_view kGzipSuffix = "-gzip";

// An If-Match or If-None-Match header (RFC 9110, section 13.1).
struct EntityTags {
  bool any = false;                  // The header is *.
  std::vector<std::string> tags;     // Without quotes, and without kGzipSuffix.
  std::vector<std::string> gzipped;  // Those of `tags` that had it.

  bool empty() const { return !any && tags.empty(); }

  // Reads a header's value; empty for no header. With `weak` the tags of the form W/"..." count, as
  // If-None-Match compares them; else they are left out, since If-Match never matches them, and a
  // header of nothing else is Precondition. Malformed for anything else.
  static Result<EntityTags> parse(std::string_view header, std::string_view field, bool weak);

  bool matches(std::string_view tag) const;
  // Whether the client has the compressed representation alone.
  bool has_gzipped_only(std::string_view tag) const;
};

}  // namespace toolhive::registry
