#include "controller/http/target.hpp"

#include <array>
#include <cstddef>

#include "controller/base/percent.hpp"

namespace toolhive::http {
namespace {

// Characters that RFC 3986 allows in a path or query, `%` apart.
constexpr std::array<bool, 256> kAllowed = [] {
  std::array<bool, 256> table{};
  for (int c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = true;
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (const char c :
       {'-', '.', '_', '~', '!', '$', '&', '\'', '(', ')', '*', '+', ',', ';', '=', ':', '@', '/', '?'}) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

// Value of the escape at `at`, or -1 when it is broken.
int escape_value(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return -1;
  const int high = hex_digit(text[at + 1]);
  const int low = hex_digit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// Follows one segment of a path to tell whether it is `.` or `..`.
class DotSegment {
 public:
  void add(int c) { dots_ = c == '.' && dots_ >= 0 && dots_ < 3 ? dots_ + 1 : -1; }
  // At the end of the segment.
  bool found() const { return dots_ == 1 || dots_ == 2; }
  void restart() { dots_ = 0; }

 private:
  int dots_ = 0;  // how many, -1 once anything else was seen
};

constexpr std::string_view kBadEscape =
    "The request target has a `%` without two hexadecimal digits; write `%25` for it.";
constexpr std::string_view kBadCharacter =
    "The request target has a character that RFC 3986 does not allow; percent-encode it.";
constexpr std::string_view kNul = "The request target has an escaped NUL character (`%00`); remove it.";
constexpr std::string_view kControl = "The path has an escaped control character; remove it.";
constexpr std::string_view kDots = "The path has a `.` or `..` segment; send the path without them.";
constexpr std::string_view kForm = "The request target is not a path that starts with `/`.";
constexpr std::string_view kAuthority = "The request target names no valid host.";

std::string_view check_path(std::string_view path) {
  DotSegment segment;
  for (std::size_t i = 1; i < path.size(); ++i) {
    int c = static_cast<unsigned char>(path[i]);
    if (c == '%') {
      c = escape_value(path, i);
      if (c < 0) return kBadEscape;
      if (c == 0) return kNul;
      if (c < 0x20 || c == 0x7f) return kControl;
      i += 2;
    } else if (!kAllowed[c]) {
      return kBadCharacter;
    }
    if (c == '/' || c == '\\') {
      if (segment.found()) return kDots;
      segment.restart();
    } else {
      segment.add(c);
    }
  }
  return segment.found() ? kDots : std::string_view();
}

std::string_view check_query(std::string_view query) {
  for (std::size_t i = 0; i < query.size(); ++i) {
    const int c = static_cast<unsigned char>(query[i]);
    if (c == '%') {
      const int value = escape_value(query, i);
      if (value < 0) return kBadEscape;
      if (value == 0) return kNul;
      i += 2;
    } else if (!kAllowed[c]) {
      return kBadCharacter;
    }
  }
  return {};
}

bool starts_with_scheme(std::string_view raw, std::string_view scheme) {
  if (raw.size() < scheme.size()) return false;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if ((raw[i] | 0x20) != (scheme[i] | 0x20)) return false;
  }
  return true;
}

// Cuts scheme and authority off an absolute form.
std::string_view split_absolute(std::string_view raw, Target& target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_scheme(raw, scheme)) continue;
    const std::string_view rest = raw.substr(scheme.size());
    const std::size_t end = rest.find_first_of("/?");
    target.authority = rest.substr(0, end);
    if (!valid_authority(target.authority) || target.authority.empty()) return kAuthority;
    if (end == std::string_view::npos) {
      target.origin = "/";
    } else if (rest[end] == '?') {
      // "http://host?query": nobody sends it, and the origin form would have to be made up
      return kForm;
    } else {
      target.origin = rest.substr(end);
    }
    return {};
  }
  return kForm;
}

// Fills in `target` and returns nothing, or says why it is refused.
std::string_view split_target(std::string_view method, std::string_view raw, Target& target) {
  if (raw == "*" && method == "OPTIONS") {
    target.asterisk = true;
    target.origin = target.path = raw;
    return {};
  }
  if (raw.empty()) return kForm;
  target.origin = raw;
  if (raw.front() != '/') {
    if (const std::string_view wrong = split_absolute(raw, target); !wrong.empty()) return wrong;
  }
  // Of several slashes at the start one is left: clients that append to a base URL with a slash at
  // its end write two, and two would be read as a host by some.
  while (target.origin.starts_with("//")) target.origin.remove_prefix(1);
  const std::size_t question = target.origin.find('?');
  target.path = target.origin.substr(0, question);
  if (const std::string_view wrong = check_path(target.path); !wrong.empty()) return wrong;
  return question == std::string_view::npos ? std::string_view()
                                            : check_query(target.origin.substr(question + 1));
}

}  // namespace

bool valid_authority(std::string_view authority) {
  for (std::size_t i = 0; i < authority.size(); ++i) {
    const char c = authority[i];
    if (c == '%' && escape_value(authority, i) <= 0) return false;
    if (c == '[' || c == ']' || c == '%') continue;
    // `@` would let the part before it pass for the host, `,` joins two hosts.
    if (!kAllowed[static_cast<unsigned char>(c)] || c == '/' || c == '?' || c == '@' || c == ',')
      return false;
  }
  return true;
}

StatusOr<Target> check_target(std::string_view method, std::string_view raw) {
  Target target;
  const std::string_view wrong = split_target(method, raw, target);
  if (!wrong.empty()) return Status(Code::Invalid, std::string(wrong));
  return target;
}

std::string routing_path(std::string_view path) {
  std::string decoded;
  decoded.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i] != '%') {
      decoded += path[i];
      continue;
    }
    const int value = escape_value(path, i);
    if (value == '/') {
      decoded += "%2F";
    } else {
      decoded += static_cast<char>(value);
    }
    i += 2;
  }
  return decoded;
}

}  // namespace toolhive::http
