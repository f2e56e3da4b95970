#include "registry/api/conditional.hpp"

#include <algorithm>

namespace registry {

Result<EntityTags> EntityTags::parse(std::string_view header, std::string_view field, bool weak) {
  const auto skip = [&header] {
    const auto begin = header.find_first_not_of(" \t,");
    header.remove_prefix(begin == header.npos ? header.size() : begin);
  };
  EntityTags out;
  skip();
  if (header == "*") {
    out.any = true;
    return out;
  }
  bool none_strong = !header.empty();
  while (!header.empty()) {
    const bool is_weak = header.starts_with("W/");
    if (is_weak) header.remove_prefix(2);
    const auto end = header.starts_with('"') ? header.find('"', 1) : header.npos;
    if (end == header.npos) {
      return Error{Code::Malformed,
                   "must be * or a list of entity tags in double quotes, as the ETag header gives them",
                   std::string(field)};
    }
    if (!is_weak || weak) {
      auto tag = header.substr(1, end - 1);
      if (tag.ends_with(kGzipSuffix)) tag.remove_suffix(kGzipSuffix.size());
      out.tags.emplace_back(tag);
      none_strong = false;
    }
    header.remove_prefix(end + 1);
    skip();
  }
  // A header that can match nothing must not read as no header at all.
  if (none_strong) out.tags.emplace_back();
  return out;
}

bool EntityTags::matches(std::string_view tag) const {
  return any || std::find(tags.begin(), tags.end(), tag) != tags.end();
}

}  // namespace registry
