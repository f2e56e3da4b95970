#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/result.hpp"

namespace registry {

/// An If-Match or If-None-Match header (RFC 9110, section 13.1).
struct EntityTags {
  bool any = false;               ///< The header is *.
  std::vector<std::string> tags;  ///< Without quotes.

  bool empty() const { return !any && tags.empty(); }

  /// Reads a header's value; empty for no header. With `weak` the tags of the form W/"..." count, as
  /// If-None-Match compares them; else they are left out, since If-Match never matches them. Malformed for
  /// anything else.
  static Result<EntityTags> parse(std::string_view header, std::string_view field, bool weak);

  bool matches(std::string_view tag) const;
};

}  // namespace registry
