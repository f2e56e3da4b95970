#include "controller/operator/registry/token_review_right.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/kube/object/json_text.hpp"

namespace toolhive {

bool lacks_token_review_right(const Context& ctx, kube::Client& client, const kube::Key& registry) {
  // Rights may be given to the groups that each ServiceAccount is in.
  const Json groups = Json::array(
      {"system:serviceaccounts", "system:serviceaccounts:" + registry.ns, "system:authenticated"});
  const Json spec = {
      {"user", "system:serviceaccount:" + registry.ns + ":" + registry.name},
      {"groups", groups},
      {"resourceAttributes",
       {{"group", "authentication.k8s.io"}, {"resource", "tokenreviews"}, {"verb", "create"}}}};
  kube::HttpRequest request;
  request.method = "POST";
  request.target = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
  request.content_type = "application/json";
  request.body =
      Json{{"apiVersion", "authorization.k8s.io/v1"}, {"kind", "SubjectAccessReview"}, {"spec", spec}}.dump();
  // What comes back has no name, and is no kube::Object.
  const auto reply = client.raw(ctx, std::move(request));
  if (!reply.ok()) return false;
  const auto document = kube::parse_json(reply->body);
  const Json* const allowed = document.ok() ? value_at(*document, "/status/allowed") : nullptr;
  return allowed && *allowed == false;
}

std::string token_review_command(const kube::Key& registry) {
  return "kubectl create clusterrolebinding " + registry.ns + "-" + registry.name +
         "-auth-delegator --clusterrole=system:auth-delegator --serviceaccount=" + registry.ns + ":" +
         registry.name;
}

}  // namespace toolhive
