#include "registry/api/conditional.hpp"

#include <algorithm>

#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

void skip(std::string_view& text, std::string_view characters) {
  text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

Error malformed(std::string_view field) {
  return {Code::Malformed,
          "must be * or a list of entity tags in double quotes, as the ETag header gives them",
          std::string(field)};
}

}  // namespace

Result<EntityTags> EntityTags::parse(std::string_view header, std::string_view field, bool weak) {
  EntityTags out;
  header = trim(header);
  if (header.empty()) return out;
  if (header == "*") {
    out.any = true;
    return out;
  }
  do {
    skip(header, " \t,");  // RFC 9110, section 5.6.1.2: elements may be empty.
    const bool is_weak = header.starts_with("W/");
    if (is_weak) header.remove_prefix(2);
    const auto end = header.starts_with('"') ? header.find('"', 1) : header.npos;
    if (end == header.npos) return malformed(field);
    if (!is_weak || weak) {
      auto tag = header.substr(1, end - 1);
      if (tag.ends_with(kGzipSuffix)) {
        tag.remove_suffix(kGzipSuffix.size());
        out.gzipped.emplace_back(tag);
      }
      out.tags.emplace_back(tag);
    }
    header.remove_prefix(end + 1);
    skip(header, " \t");
    if (!header.empty() && header.front() != ',') return malformed(field);
  } while (header.find_first_not_of(" \t,") != header.npos);
  // Said here, as the comparison would blame the tool: "it has changed", and its tag is the very
  // same.
  if (out.tags.empty())
    return Error{
        Code::Precondition,
        "the tag is weak: a proxy on the way changed it, as it does when it compresses answers; turn "
        "that off there, or send the tag without W/",
        std::string(field)};
  return out;
}

bool EntityTags::matches(std::string_view tag) const {
  return any || std::find(tags.begin(), tags.end(), tag) != tags.end();
}

bool EntityTags::has_gzipped_only(std::string_view tag) const {
  const auto zipped = std::count(gzipped.begin(), gzipped.end(), tag);
  return zipped > 0 && zipped == std::count(tags.begin(), tags.end(), tag);
}

}  // namespace toolhive::registry
