#include "controller/plugin/install_manifest.hpp"

#include <algorithm>
#include <cctype>

#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

constexpr std::string_view kNamespace = "toolhive-system";
constexpr std::string_view kImages = "localhost/";
constexpr std::size_t kLongestLabel = 63;

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kLongestLabel && text.front() != '-' && text.back() != '-' &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

// What a reference to an image can have: nothing that means something in YAML.
bool is_image_part(std::string_view text, std::string_view special) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || special.find(c) != std::string_view::npos;
  });
}

Status check(const Installation& to) {
  if (!is_label(to.ns)) return {Code::Invalid, "\"" + visible(to.ns) + "\" is not the name of a namespace"};
  if (!is_image_part(to.image_prefix, "._-/:"))
    return {Code::Invalid, "\"" + visible(to.image_prefix) +
                               "\" is no beginning of an image's name: registry.example.com/team"};
  if (!to.image_tag.empty() && !is_image_part(to.image_tag, "._-"))
    return {Code::Invalid, "\"" + visible(to.image_tag) + "\" is no tag of an image"};
  return {};
}

// "localhost/mcp-registry:0.1.0" for these images.
std::string image_for(std::string_view image, const Installation& to) {
  const std::size_t colon = image.rfind(':');
  const std::string_view name = image.substr(kImages.size(), colon - kImages.size());
  const std::string_view tag = to.image_tag.empty() ? image.substr(colon + 1) : to.image_tag;
  return to.image_prefix + "/" + std::string(name) + ":" + std::string(tag);
}

// A line is "key: value"; those whose value is the namespace or one of the images are changed.
std::string line_for(std::string_view line, const Installation& to) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos) return std::string(line);
  const std::string_view value = line.substr(colon + 2);
  const std::string key(line.substr(0, colon + 2));
  if (value == kNamespace) return key + to.ns;
  if (value.starts_with(kImages)) return key + image_for(value, to);
  return std::string(line);
}

}  // namespace

StatusOr<std::string> manifest_for(std::string_view manifest, const Installation& installation) {
  if (const Status checked = check(installation); !checked.ok()) return checked;
  std::string out;
  out.reserve(manifest.size());
  while (!manifest.empty()) {
    const std::size_t end = manifest.find('\n');
    out += line_for(manifest.substr(0, end), installation) + "\n";
    manifest.remove_prefix(end == std::string_view::npos ? manifest.size() : end + 1);
  }
  return out;
}

}  // namespace toolhive::plugin
