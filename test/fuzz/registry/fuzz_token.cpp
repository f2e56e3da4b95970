// Bearer tokens and what API servers say of them: as they come, and with a header and a payload of
// any bytes that are well encoded. What is accepted names somebody, and ends.
#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/base64.hpp"
#include "registry/auth/claims.hpp"
#include "registry/auth/jwt.hpp"
#include "registry/auth/token_review.hpp"
#include "test/fuzz/require.hpp"

namespace registry = toolhive::registry;

using namespace toolhive::registry;
using toolhive::decode_base64url;
using toolhive::encode_base64url;
using namespace toolhive::registry::auth;
using toolhive::fuzz::require;

namespace {

void check(std::string_view payload) {
  OidcSettings settings;
  settings.issuer = "i";
  settings.audiences = {"a"};
  const auto now = toolhive::WallTime(std::chrono::seconds(1000));
  const auto claims = check_claims(payload, settings, now);
  if (!claims) {
    require(!claims.error().detail.empty());
    return;
  }
  require(!claims->identity.subject.empty() && claims->expires > now &&
          claims->identity.groups.size() <= 1000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto decoded = decode_base64url(text)) require(encode_base64url(*decoded) == text);
  require(decode_base64url(encode_base64url(text)) == text);
  if (const auto jwt = parse_jwt(text)) {
    require(text.starts_with(jwt->signed_part) && !jwt->signed_part.ends_with('.'));
    check(jwt->payload);
  }
  const auto line = text.find('\n');
  if (line != text.npos) {
    const auto payload = text.substr(line + 1);
    const auto jwt =
        parse_jwt(encode_base64url(text.substr(0, line)) + "." + encode_base64url(payload) + ".AA");
    require(jwt.ok() ? jwt->payload == payload : !jwt.error().detail.empty());
  }
  check(text);
  const auto verdict = read_token_review(text, {"a"});
  if (verdict && verdict->kind == Verdict::Kind::Accepted) require(!verdict->identity->subject.empty());
  return 0;
}
