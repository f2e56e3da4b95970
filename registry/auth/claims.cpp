#include "registry/auth/claims.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "registry/model/json.hpp"

namespace toolhive::registry::auth {
namespace {

constexpr JsonLimits kPayloadLimits{16, 5'000};
constexpr std::size_t kMostGroups = 1'000;
constexpr std::size_t kNameBytes = 512;
constexpr double kLastTime = 253'402'300'799.0;  // The year 9999.

Error refused(std::string detail) {
  return {Code::Invalid, std::move(detail)};
}

// A NumericDate, which may have fractions. None for anything else.
std::optional<WallTime> time_of(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const auto seconds = value.get<double>();
  if (!(seconds >= 0 && seconds <= kLastTime)) return std::nullopt;
  // The clock's ticks end in the year 2262.
  const auto whole = std::min<double>(seconds, 9'000'000'000.0);
  return WallTime(std::chrono::milliseconds(static_cast<std::int64_t>(whole * 1000)));
}

bool has_audience(const Json& claim, const std::vector<std::string>& wanted) {
  const auto is_wanted = [&](const Json& each) {
    return each.is_string() &&
           std::find(wanted.begin(), wanted.end(), each.get_ref<const std::string&>()) != wanted.end();
  };
  if (claim.is_array()) return std::any_of(claim.begin(), claim.end(), is_wanted);
  return is_wanted(claim);
}

Result<WallTime> check_times(const Json& claims, const OidcSettings& settings, WallTime now) {
  const auto expires = claims.find("exp");
  if (expires == claims.end()) return refused("the token has no exp: it would be good for ever");
  const auto end = time_of(*expires);
  if (!end) return refused("exp is not a time");
  if (now >= *end + settings.leeway) return refused("the token has expired");
  for (const char* name : {"nbf", "iat"}) {
    const auto claim = claims.find(name);
    if (claim == claims.end()) continue;
    const auto begin = time_of(*claim);
    if (!begin) return refused(std::string(name) + " is not a time");
    if (now + settings.leeway < *begin)
      return refused(std::string(name) +
                     " is in the future: the token is not valid yet, or a clock is wrong");
  }
  return *end + settings.leeway;
}

Result<std::string> read_username(const Json& claims, const OidcSettings& settings) {
  const auto claim = claims.find(settings.username_claim);
  const bool named = claim != claims.end() && claim->is_string() &&
                     !claim->get_ref<const std::string&>().empty() &&
                     claim->get_ref<const std::string&>().size() <= kNameBytes;
  if (!named)
    return refused("the token has no " + settings.username_claim + " of 1 to " + std::to_string(kNameBytes) +
                   " bytes");
  // An address that nobody has checked is anybody's.
  const auto verified = claims.find("email_verified");
  if (settings.username_claim == "email" && verified != claims.end() && *verified != true)
    return refused("the token's email is not verified");
  return settings.username_prefix + claim->get<std::string>();
}

Result<std::vector<std::string>> read_groups(const Json& claims, const OidcSettings& settings) {
  std::vector<std::string> groups;
  const auto claim = claims.find(settings.groups_claim);
  if (claim == claims.end() || claim->is_null()) return groups;
  const auto add = [&](const Json& each) {
    if (!each.is_string() || each.get_ref<const std::string&>().size() > kNameBytes) return false;
    groups.push_back(settings.groups_prefix + each.get<std::string>());
    return groups.size() <= kMostGroups;
  };
  const bool good = claim->is_array() ? std::all_of(claim->begin(), claim->end(), add) : add(*claim);
  if (!good)
    return refused(settings.groups_claim + " must be a text or at most " + std::to_string(kMostGroups) +
                   " texts of at most " + std::to_string(kNameBytes) + " bytes");
  return groups;
}

}  // namespace

Result<Claims> check_claims(std::string_view payload, const OidcSettings& settings, WallTime now) {
  auto claims = parse_json(payload, kPayloadLimits);
  if (!claims || !claims->is_object()) return refused("the token's claims are not a JSON object");
  const auto issuer = claims->find("iss");
  if (issuer == claims->end() || *issuer != settings.issuer) return refused("the token is of another issuer");
  const auto audience = claims->find("aud");
  if (audience == claims->end() || !has_audience(*audience, settings.audiences)) {
    std::string list;
    for (const auto& each : settings.audiences) list += (list.empty() ? "" : " or ") + each;
    return refused("the token is for another audience; this registry is " + list);
  }
  auto expires = check_times(*claims, settings, now);
  if (!expires) return expires.take_error();
  auto subject = read_username(*claims, settings);
  if (!subject) return subject.take_error();
  auto groups = read_groups(*claims, settings);
  if (!groups) return groups.take_error();
  return Claims{{std::move(*subject), std::move(*groups)}, *expires};
}

}  // namespace toolhive::registry::auth
