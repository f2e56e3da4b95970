#include "registry/auth/jwt.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/base64.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry::auth {
namespace {

constexpr JsonLimits kHeaderLimits{8, 100};

Error malformed(std::string detail) {
  return {Code::Malformed, std::move(detail)};
}

Result<void> read_header(const std::string& text, Jwt& jwt) {
  auto header = parse_json(text, kHeaderLimits);
  if (!header || !header->is_object()) return malformed("the token's header is not a JSON object");
  if (header->contains("crit"))
    return malformed("the token's header has crit, and no extension is understood here");
  if (header->contains("enc")) return malformed("the token is encrypted; send a signed one");
  const auto algorithm = header->find("alg");
  if (algorithm == header->end() || !algorithm->is_string())
    return malformed("the token's header has no alg");
  jwt.algorithm = algorithm->get<std::string>();
  if (const auto key = header->find("kid"); key != header->end() && !key->is_null()) {
    if (!key->is_string()) return malformed("kid in the token's header is not a text");
    jwt.key_id = key->get<std::string>();
  }
  return {};
}

}  // namespace

Result<Jwt> parse_jwt(std::string_view token) {
  if (token.size() > kTokenBytes)
    return malformed("the token has more than " + std::to_string(kTokenBytes) + " bytes");
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos)
    return malformed(
        "the token is not a signed JSON Web Token: it must have three parts with dots between them");
  const auto header = decode_base64url(token.substr(0, first));
  auto payload = decode_base64url(token.substr(first + 1, second - first - 1));
  auto signature = decode_base64url(token.substr(second + 1));
  if (!header || !payload || !signature) return malformed("a part of the token is not base64url");
  Jwt jwt;
  if (auto ok = read_header(*header, jwt); !ok) return ok.take_error();
  jwt.payload = std::move(*payload);
  jwt.signature = std::move(*signature);
  jwt.signed_part = token.substr(0, second);
  return jwt;
}

}  // namespace toolhive::registry::auth
