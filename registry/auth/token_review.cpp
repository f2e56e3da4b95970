#include "registry/auth/token_review.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "registry/auth/plain_text.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry::auth {
namespace {

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const auto& each : texts) list += (list.empty() ? "" : " or ") + each;
  return list;
}

// The member of an object; null when there is none.
const Json& at(const Json& object, const char* name) {
  static const Json none;
  const auto it = object.find(name);
  return it == object.end() ? none : *it;
}

}  // namespace

std::string token_review(std::string_view token, const std::vector<std::string>& audiences) {
  Json review = {{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenReview"}};
  review["spec"] = {{"token", token}, {"audiences", audiences}};
  return review.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Verdict> read_token_review(std::string_view body, const std::vector<std::string>& audiences) {
  const auto parsed = parse_json(body);
  const Error malformed{Code::Malformed, "the API server's answer is no TokenReview"};
  if (!parsed || at(*parsed, "kind") != "TokenReview") return malformed;
  const auto& status = at(*parsed, "status");
  const auto& user = at(status, "user");
  const auto& username = at(user, "username");
  if (at(status, "authenticated") != true) {
    const auto& cause = at(status, "error");
    std::string reason = "the Kubernetes API server does not accept the token";
    if (cause.is_string()) reason += ": " + plain_text(cause.get<std::string>());
    return Verdict::rejected(std::move(reason));
  }
  if (!username.is_string() || username.get_ref<const std::string&>().empty()) return malformed;
  const auto& granted = at(status, "audiences");
  const bool is_for_us =
      granted.is_array() && std::any_of(granted.begin(), granted.end(), [&](const Json& each) {
        return std::any_of(audiences.begin(), audiences.end(),
                           [&](const auto& wanted) { return each == wanted; });
      });
  if (!is_for_us)
    return Verdict::rejected("the token is for another audience; this registry is " + list_of(audiences));
  auto identity = std::make_shared<Identity>();
  identity->subject = username.get<std::string>();
  for (const auto& group : at(user, "groups")) {
    if (group.is_string()) identity->groups.push_back(group.get<std::string>());
  }
  return Verdict::accepted(std::move(identity));
}

}  // namespace toolhive::registry::auth
