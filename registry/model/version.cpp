#include "registry/model/version.hpp"

#include <algorithm>

namespace toolhive::registry {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_identifier_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}
bool is_numeric(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}

std::string_view take_identifier(std::string_view& rest) {
  const auto dot = rest.find('.');
  const auto out = rest.substr(0, dot);
  rest = dot == rest.npos ? std::string_view() : rest.substr(dot + 1);
  return out;
}

// Dot-separated identifiers, none empty. Numeric ones have no leading zero in a pre-release; in
// build metadata they may.
bool are_identifiers(std::string_view text, bool leading_zero) {
  if (text.empty() || text.back() == '.') return false;
  while (!text.empty()) {
    const auto identifier = take_identifier(text);
    if (identifier.empty() || !std::all_of(identifier.begin(), identifier.end(), is_identifier_char))
      return false;
    if (!leading_zero && identifier.size() > 1 && identifier[0] == '0' && is_numeric(identifier))
      return false;
  }
  return true;
}

bool take_number(std::string_view& rest) {
  const auto digits =
      static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), is_digit) - rest.begin());
  if (digits == 0 || (digits > 1 && rest[0] == '0')) return false;
  rest.remove_prefix(digits);
  return true;
}

bool take_dot(std::string_view& rest) {
  if (!rest.starts_with('.')) return false;
  rest.remove_prefix(1);
  return true;
}

std::weak_ordering compare_identifiers(std::string_view a, std::string_view b) {
  const bool a_numeric = is_numeric(a);
  const bool b_numeric = is_numeric(b);
  if (a_numeric != b_numeric) return a_numeric ? std::weak_ordering::less : std::weak_ordering::greater;
  // Without leading zeros the longer number is the larger one, whatever its size.
  if (a_numeric && a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

// By the first identifiers that differ; when there are none the longer list comes later.
std::weak_ordering compare_lists(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (auto order = compare_identifiers(take_identifier(a), take_identifier(b)); order != 0) return order;
  }
  return b.empty() <=> a.empty();
}

// Of decimal digits, as many as there are: a version's numbers have no limit.
std::string count_up(std::string_view number) {
  std::string next(number);
  const auto last = next.find_last_not_of('9');
  if (last == next.npos) return '1' + std::string(next.size(), '0');
  ++next[last];
  std::fill(next.begin() + static_cast<std::ptrdiff_t>(last) + 1, next.end(), '0');
  return next;
}

}  // namespace

Result<Version> Version::parse(std::string_view text) {
  const auto invalid = [](std::string why) {
    return Error{Code::Invalid, std::move(why) + "; use a semantic version such as 1.4.0 or 2.0.0-rc.1"};
  };
  if (text.empty()) return invalid("the version is empty");
  if (text.size() > 255) return invalid("the version is longer than 255 bytes");

  Version version;
  auto rest = text;
  if (!take_number(rest) || !take_dot(rest) || !take_number(rest) || !take_dot(rest) || !take_number(rest))
    return invalid("the version does not start with three numbers (without leading zeros)");
  version.core_end_ = static_cast<std::uint16_t>(text.size() - rest.size());
  const auto plus = rest.find('+');
  const auto build = plus == rest.npos ? std::string_view() : rest.substr(plus + 1);
  if (plus != rest.npos && !are_identifiers(build, true))
    return invalid("the build metadata after + is malformed");
  auto pre = rest.substr(0, plus);
  if (!pre.empty()) {
    if (pre[0] != '-' || !are_identifiers(pre.substr(1), false)) {
      return invalid("what follows the three numbers is neither a pre-release nor build metadata");
    }
    pre.remove_prefix(1);
    version.pre_begin_ = static_cast<std::uint16_t>(pre.data() - text.data());
    version.pre_end_ = static_cast<std::uint16_t>(version.pre_begin_ + pre.size());
  }
  version.text_ = text;
  return version;
}

Result<Version> Version::parse_any(std::string_view text) {
  if (text.empty() || text.size() > 255)
    return Error{Code::Invalid, "the version must have 1 to 255 bytes; use a semantic version such as 1.4.0"};
  // v1.2.0 is 1.2.0, as the reference registry reads it.
  const bool prefixed = text.starts_with('v');
  if (auto version = parse(text.substr(prefixed ? 1 : 0))) {
    version->text_ = text;
    for (auto* place : {&version->core_begin_, &version->core_end_, &version->pre_begin_, &version->pre_end_})
      *place = static_cast<std::uint16_t>(*place + (prefixed ? 1 : 0));
    return version;
  }
  Version version;
  version.text_ = text;
  version.semantic_ = false;
  return version;
}

std::weak_ordering Version::precedence(const Version& other) const {
  if (!semantic_ || !other.semantic_) return semantic_ <=> other.semantic_;
  if (auto order = compare_lists(core(), other.core()); order != 0) return order;
  const auto a = pre_release();
  const auto b = other.pre_release();
  // A pre-release comes before its release.
  if (a.empty() || b.empty()) return a.empty() <=> b.empty();
  return compare_lists(a, b);
}

std::optional<Version> Version::next_minor() const {
  auto rest = core();
  const auto major = take_identifier(rest);
  auto next = parse(std::string(major) + '.' + count_up(take_identifier(rest)) + ".0");
  if (!next) return std::nullopt;
  return std::move(*next);
}

std::string_view Version::series() const {
  auto rest = core();
  const auto major = take_identifier(rest);
  if (major != "0") return major;
  return core().substr(0, major.size() + 1 + take_identifier(rest).size());
}

std::optional<Version> Version::next_series() const {
  auto rest = core();
  const auto major = take_identifier(rest);
  if (major == "0") return next_minor();
  auto next = parse(count_up(major) + ".0.0");
  if (!next) return std::nullopt;
  return std::move(*next);
}

Version Version::first() {
  return *parse("0.1.0");
}

}  // namespace toolhive::registry
