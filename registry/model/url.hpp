#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace toolhive::registry {

// What of an http or https URL the rules of server.json look at.
struct Url {
  std::string scheme;  // "http" or "https"
  std::string host;    // In lower case, without port and brackets. Not empty.
};

// None for anything but an absolute http or https URL with a host; for spaces, quotes, angle
// brackets, control characters and braces in it; and for a port that is no number.
std::optional<Url> parse_url(std::string_view text);

// The same for a URL in which {name} stands for what is put there later: in the host, as the port,
// in the path.
std::optional<Url> parse_url_template(std::string_view text);

// The names in braces.
std::vector<std::string> template_variables(std::string_view text);

// localhost, names under it, and the loopback addresses.
bool is_local_host(std::string_view host);

// Whether `url` is a repository at the public host that `source` names: github or gitlab.
bool is_public_repository(std::string_view source, std::string_view url);

// A relative path of plain characters, without empty segments, . and ..
bool is_clean_path(std::string_view path);

// Whether a version is written as a range: ^1.2.3, >=1.0, 1.x, 1.0 - 2.0, 1.2 || 1.3.
bool is_version_range(std::string_view version);

}  // namespace toolhive::registry
