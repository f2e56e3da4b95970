// MetricsAuthorizer: who may read /metrics. The API server is asked, so that the cluster's own
// users, service accounts and RBAC rules decide, as they do for the components of Kubernetes:
//   TokenReview          https://kubernetes.io/docs/reference/access-authn-authz/authentication/#webhook-token-authentication
//   SubjectAccessReview  of the non-resource URL "/metrics" with the verb "get"
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "controller/base/clock.hpp"
#include "controller/kube/client/client.hpp"

namespace toolhive::runtime {

// The answer to one request.
struct AccessDecision {
  enum class Kind {
    Allowed,
    Unauthorized,  // no bearer token, or one that the API server does not know: 401
    Forbidden,     // a known user without the right: 403
    Unavailable    // the API server could not be asked: 503; nothing is known about the caller
  };
  Kind kind = Kind::Unavailable;
  std::string user;  // as the API server calls it; empty unless the token was good
  // Ok when allowed, else for logs: what is missing and who can give it. Holds no token
  Status cause;

  int http_status() const;  // 200, 401, 403 or 503
};

// Thread-safe. Blocks for two requests at most, each of them bounded; decisions are kept for a
// short while under a digest of the token, so that a scrape every few seconds costs no request and
// a right that was withdrawn ends soon. What could not be decided is not kept. The process's own
// account needs the right to create tokenreviews and subjectaccessreviews, as the ClusterRole
// system:auth-delegator gives it.
class MetricsAuthorizer {
 public:
  struct Options {
    Duration allowed_for = std::chrono::minutes(1);
    Duration refused_for = std::chrono::seconds(10);
    Duration timeout = std::chrono::seconds(5);  // of both reviews together
    // Kept decisions of each kind. Refused tokens are counted apart: whoever sends made-up ones
    // cannot push the scraper's out.
    std::size_t max_kept = 128;
    // Callers asking the API server at one time; further ones get Unavailable, so that a flood of
    // made-up tokens is not passed on to it.
    int max_reviews = 4;
  };

  // `client` must outlive this. Its raw() is used, which no fence holds back: a process that does
  // not lead is scraped, too.
  explicit MetricsAuthorizer(kube::Client& client);
  MetricsAuthorizer(kube::Client& client, const Options& options);
  ~MetricsAuthorizer();

  // `authorization` is the value of the request's Authorization header, empty when there is none.
  // `verb` is the request's method in lower case.
  AccessDecision authorize(const Context& ctx, std::string_view authorization,
                           std::string_view path = "/metrics", std::string_view verb = "get");
  // What authorize() would answer without a request: that there is no token, or a decision that is
  // kept. Never blocks.
  std::optional<AccessDecision> known(const Context& ctx, std::string_view authorization,
                                      std::string_view path = "/metrics", std::string_view verb = "get");

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::runtime
