#include "controller/operator/live/live_version.hpp"

#include <algorithm>
#include <optional>

namespace toolhive {

namespace {

constexpr std::size_t kLongestServerVersion = 64;
constexpr const char* kNoVersion = "0.0.0";
constexpr std::string_view kContentMark = "sha.";
constexpr std::size_t kContentDigits = 8;
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kIdentifier = "0123456789-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

bool has_only(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

bool is_number(std::string_view text) {
  return has_only(text, kDigits) && (text.size() == 1 || text.front() != '0');
}

bool is_build_identifier(std::string_view text) {
  return has_only(text, kIdentifier);
}

bool is_pre_release_identifier(std::string_view text) {
  return is_build_identifier(text) && (!has_only(text, kDigits) || is_number(text));
}

// How many parts, with dots between them, `text` has; nothing when one of them does not fit.
std::optional<int> count_parts(std::string_view text, bool (*fits)(std::string_view)) {
  int parts = 0;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!fits(text.substr(0, dot))) return std::nullopt;
    ++parts;
    if (dot == text.npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

// What follows the numbers, with its hyphen or plus.
bool is_suffix(std::string_view text) {
  const std::size_t plus = text.find('+');
  const std::string_view pre_release = text.substr(0, plus);
  if (!pre_release.empty() && !count_parts(pre_release.substr(1), is_pre_release_identifier)) return false;
  return plus == text.npos || count_parts(text.substr(plus + 1), is_build_identifier);
}

std::optional<std::string> semantic(std::string_view text) {
  if (text.size() > kLongestServerVersion) return std::nullopt;
  if (text.starts_with('v') || text.starts_with('V')) text.remove_prefix(1);
  const std::size_t end = std::min(text.find_first_of("-+"), text.size());
  const auto numbers = count_parts(text.substr(0, end), is_number);
  if (!numbers || *numbers > 3 || !is_suffix(text.substr(end))) return std::nullopt;
  // A date, 2025-06-18, is no pre-release.
  if (*numbers == 1 && end < text.size()) return std::nullopt;
  std::string version(text.substr(0, end));
  for (int missing = *numbers; missing < 3; ++missing) version += ".0";
  return version.append(text.substr(end));
}

}  // namespace

std::string live_version(std::string_view server_version, std::string_view contract_digest) {
  const auto version = semantic(server_version);
  return version ? *version : with_content(kNoVersion, contract_digest);
}

std::string listed_version(std::string_view server_version) {
  return semantic(server_version).value_or(kNoVersion);
}

std::string without_content(std::string_view version) {
  const std::size_t suffix = kContentMark.size() + 1 + kContentDigits;
  if (version.size() <= suffix) return std::string(version);
  const std::string_view mark = version.substr(version.size() - suffix + 1, kContentMark.size());
  const char before = version[version.size() - suffix];
  const bool has_content = mark == kContentMark && (before == '+' || before == '.');
  return std::string(has_content ? version.substr(0, version.size() - suffix) : version);
}

std::string with_content(const std::string& version, std::string_view contract_digest) {
  const std::string_view digits = contract_digest.substr(contract_digest.find(':') + 1, kContentDigits);
  const char before = version.find('+') == version.npos ? '+' : '.';
  return (version + before).append(kContentMark).append(digits);
}

}  // namespace toolhive
