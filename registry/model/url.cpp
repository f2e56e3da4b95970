#include "registry/model/url.hpp"

#include <algorithm>

#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

bool is_decimal(char c) {
  return c >= '0' && c <= '9';
}

bool are_all(std::string_view text, std::string_view also) {
  return std::all_of(text.begin(), text.end(), [also](char c) {
    return is_decimal(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || also.find(c) != also.npos;
  });
}

// 1.2.3-rc.1, v1, 1.x.*: what ranges are made of. `wild` tells whether it has a wildcard.
bool is_partial_version(std::string_view text, bool& wild) {
  wild = false;
  const auto dash = text.find('-');
  auto numbers = text.substr(0, dash);
  if (dash != text.npos && (dash + 1 == text.size() || !are_all(text.substr(dash + 1), ".-"))) return false;
  if (numbers.starts_with('v')) numbers.remove_prefix(1);
  int parts = 0;
  for (;; ++parts) {
    const auto dot = numbers.find('.');
    const auto part = numbers.substr(0, dot);
    if (part == "x" || part == "X" || part == "*")
      wild = true;
    else if (part.empty() || !std::all_of(part.begin(), part.end(), is_decimal))
      return false;
    if (dot == numbers.npos) break;
    numbers.remove_prefix(dot + 1);
  }
  return parts < 4;
}

}  // namespace

std::optional<Url> parse_url(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f ||
        std::string_view("\"'<>{}").find(c) != std::string_view::npos)
      return std::nullopt;
  }
  const auto colon = text.find("://");
  if (colon == text.npos) return std::nullopt;
  Url url;
  url.scheme = to_lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  auto authority = text.substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const auto at = authority.rfind('@'); at != authority.npos) authority.remove_prefix(at + 1);
  auto port = std::string_view();
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == authority.npos) return std::nullopt;
    url.host = to_lower(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
    if (!port.empty() && port.front() != ':') return std::nullopt;
  } else {
    const auto end = authority.find(':');
    url.host = to_lower(authority.substr(0, end));
    if (end != authority.npos) port = authority.substr(end);
  }
  if (!port.empty()) port.remove_prefix(1);
  if (url.host.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), is_decimal))
    return std::nullopt;
  return url;
}

std::optional<Url> parse_url_template(std::string_view text) {
  // Something plain in place of each variable: a scheme, a number behind a colon, else a word.
  std::string plain;
  const auto last = text.rfind('}');
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool opens = text[i] == '{' && last != text.npos && i < last;
    const auto end = opens ? text.find('}', i) : text.npos;
    if (end == text.npos) {
      plain += text[i];
      continue;
    }
    const bool scheme = plain.empty() && text.substr(end + 1).starts_with("://");
    plain += scheme ? "http" : plain.ends_with(':') ? "80" : "x";
    i = end;
  }
  return parse_url(plain);
}

std::vector<std::string> template_variables(std::string_view text) {
  std::vector<std::string> names;
  for (auto begin = text.find('{'); begin != text.npos; begin = text.find('{', begin)) {
    const auto end = text.find('}', begin);
    if (end == text.npos) break;
    if (end > begin + 1) names.emplace_back(text.substr(begin + 1, end - begin - 1));
    begin = end;
  }
  return names;
}

bool is_local_host(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "::1";
}

bool is_public_repository(std::string_view source, std::string_view url) {
  const auto parsed = parse_url(url);
  if (!parsed || (source != "github" && source != "gitlab")) return false;
  const auto host = std::string_view(parsed->host).substr(parsed->host.starts_with("www.") ? 4 : 0);
  if (host != std::string(source) + ".com") return false;
  auto path = url.substr(std::min(url.find('/', url.find("://") + 3), url.size()));
  if (path.ends_with('/')) path.remove_suffix(1);
  if (!path.starts_with('/') || !are_all(path, "_.-/")) return false;
  const auto slashes = std::count(path.begin(), path.end(), '/');
  const bool empty_part = path.find("//") != path.npos || path.size() < 2;
  return !empty_part && (source == "github" ? slashes == 2 : slashes >= 2 && path.find("/-") == path.npos);
}

bool is_clean_path(std::string_view path) {
  if (!are_all(path, "_.-/")) return false;
  while (true) {
    const auto slash = path.find('/');
    const auto segment = path.substr(0, slash);
    if (segment.empty() || segment == "." || segment == "..") return false;
    if (slash == path.npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool is_version_range(std::string_view version) {
  version = trim(version);
  bool wild = false;
  for (const std::string_view comparator : {"^", "~", ">=", "<=", ">", "<", "="}) {
    if (version.starts_with(comparator))
      return is_partial_version(trim(version.substr(comparator.size())), wild);
  }
  for (const std::string_view between : {" - ", "||"}) {
    const auto at = version.find(between);
    if (at != version.npos) return is_partial_version(trim(version.substr(0, at)), wild);
  }
  return is_partial_version(version, wild) && wild;
}

}  // namespace toolhive::registry
