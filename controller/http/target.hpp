// Checks of a raw request target (RFC 9112, section 3.2) before anything decodes it.
#pragma once

#include "controller/base/status.hpp"

#include <string>
#include <string_view>

namespace toolhive::http {

// A target in parts; views into the string that was checked.
struct Target {
  // path and query, undecoded; "/" is written out when an absolute form has no path
  std::string_view origin;
  std::string_view path;       // the part of origin before the first `?`
  std::string_view authority;  // host and port of an absolute form, else empty
  bool asterisk = false;       // "*", for OPTIONS only
};

// Splits `raw`, which the parts are views into. Invalid, with one sentence for the client, when it
// is refused (400), as are: characters outside RFC 3986, broken escapes, an escaped NUL, escaped
// control characters in the path, segments that are `.` or `..` however escaped and whether `/`,
// `%2F`, `\` or `%5C` delimits them. Of several slashes at the start of a path origin and path have
// the last alone (two are read as a host by some).
StatusOr<Target> check_target(std::string_view method, std::string_view raw);

// Whether `authority` (the Host field, or the host and port of an absolute form) has only
// characters that belong there; empty is valid.
bool valid_authority(std::string_view authority);

// The form of a checked path that listener paths are compared with: escapes decoded, apart from
// `%2F`, which is no separator.
std::string routing_path(std::string_view path);

}  // namespace toolhive::http
