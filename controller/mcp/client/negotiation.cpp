#include "controller/mcp/client/negotiation.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "controller/base/json_access.hpp"
#include "controller/base/text.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::mcp {

namespace {

constexpr std::size_t kLongestVersions = 256;  // bytes of them in a message

bool names(const Json& versions, std::string_view version) {
  return std::any_of(versions.begin(), versions.end(), [&](const Json& each) { return each == version; });
}

template <class Versions>
std::optional<std::string> latest_of(const Versions& ours, const Json& theirs) {
  const auto found =
      std::find_if(ours.begin(), ours.end(), [&](auto version) { return names(theirs, version); });
  return found == ours.end() ? std::nullopt : std::optional<std::string>(*found);
}

Negotiated initialize() {
  return {Negotiated::Way::Initialize, std::string(kLegacyVersions.front())};
}

Status no_common_version(const Json& theirs) {
  return {Code::Invalid,
          "the server speaks " +
              cleaned(theirs.dump(-1, ' ', false, Json::error_handler_t::replace), kLongestVersions) +
              " and none of the versions of this client, the latest of which is " +
              std::string(kModernVersions.front())};
}

// The highest version that both sides have decides.
StatusOr<Negotiated> choose(const Json& theirs, Negotiated::Way modern) {
  if (const auto version = latest_of(kModernVersions, theirs)) return Negotiated{modern, *version};
  if (const auto version = latest_of(kLegacyVersions, theirs))
    return Negotiated{Negotiated::Way::Initialize, *version};
  return no_common_version(theirs);
}

StatusOr<Negotiated> negotiate_error(const Answer& discovered) {
  switch (discovered.error_code()) {
    case kUnsupportedVersion: {
      const JsonPtr& data = discovered.message->error.data;
      const Json* const supported = data ? value_at(*data, "/supported") : nullptr;
      if (supported == nullptr || !supported->is_array()) return failure_of(discovered);
      return choose(*supported, Negotiated::Way::AskAgain);
    }
    case kHeaderMismatch:
    case kMissingClientCapability:
      return failure_of(discovered);
    default:
      return initialize();
  }
}

// Whether another way of asking would get the same status.
bool settles(int http_status) {
  switch (http_status) {
    case 401:
    case 403:
    case 408:
    case 429:
    case 502:
    case 503:
    case 504:
      return true;
    default:
      return false;
  }
}

}  // namespace

StatusOr<Negotiated> negotiate(const Answer& discovered) {
  if (settles(discovered.http_status)) return failure_of(discovered);
  if (!discovered.has_result()) return negotiate_error(discovered);
  const Json* const versions = value_at(*discovered.message->result, "/supportedVersions");
  // Some legacy servers have a result for whatever they are asked.
  if (versions == nullptr || !versions->is_array()) return initialize();
  return choose(*versions, Negotiated::Way::Modern);
}

}  // namespace toolhive::mcp
