#include "registry/model/uri.hpp"

#include <charconv>

namespace toolhive::registry {
namespace {

bool has_scheme(std::string_view text) {
  const auto colon = text.find(':');
  return colon != text.npos && colon > 0 && text.find_first_of("/?") > colon;
}

// Where the path of an absolute URI begins.
std::size_t path_of(std::string_view uri) {
  const auto after_scheme = uri.find(':') + 1;
  if (!uri.substr(after_scheme).starts_with("//")) return after_scheme;
  const auto begin = uri.find_first_of("/?", after_scheme + 2);
  return begin == uri.npos ? uri.size() : begin;
}

// RFC 3986, section 5.2.4, for a path that begins with a slash.
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const auto end = path.find('/', 1);
    const auto segment = path.substr(0, end);
    path.remove_prefix(segment.size());
    const bool last = path.empty();
    if (segment == "/..") out.erase(out.empty() ? 0 : out.rfind('/'));
    if (segment != "/." && segment != "/..")
      out += segment;
    else if (last)
      out += '/';
  }
  return out;
}

}  // namespace

std::string resolve_uri(std::string_view base, std::string_view reference) {
  if (has_scheme(reference)) return std::string(reference);
  if (reference.empty()) return std::string(base);
  if (reference.starts_with("//")) return std::string(base.substr(0, base.find(':') + 1)).append(reference);
  const auto begin = path_of(base);
  const auto base_path = base.substr(begin, base.find('?', begin) - begin);
  std::string out(base.substr(0, begin));
  const auto question = reference.find('?');
  const auto query = question == reference.npos ? std::string_view() : reference.substr(question);
  const auto path = reference.substr(0, question);
  if (path.empty()) return out.append(base_path).append(query);
  std::string whole;
  if (!path.starts_with('/')) whole = base_path.substr(0, base_path.rfind('/') + 1);
  if (!whole.starts_with('/') && !path.starts_with('/')) whole.insert(0, 1, '/');
  whole += path;
  return out.append(without_dots(whole)).append(query);
}

std::optional<std::string> decode_fragment(std::string_view fragment) {
  std::string out;
  for (std::size_t i = 0; i < fragment.size(); ++i) {
    if (fragment[i] != '%') {
      out += fragment[i];
      continue;
    }
    unsigned char byte = 0;
    const auto digits = fragment.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(byte);
    i += 2;
  }
  return out;
}

}  // namespace toolhive::registry
