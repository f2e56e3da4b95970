#include "registry/config/auth.hpp"

#include <cstdlib>
#include <optional>

#include "registry/auth/issuer.hpp"
#include "registry/model/url.hpp"

namespace toolhive::registry {
namespace {

using auth::Mode;
using auth::Right;

const std::vector<std::pair<std::string, Right>>& rights() {
  static const std::vector<std::pair<std::string, Right>> known = {
      {"read", Right::Read}, {"write", Right::Write}, {"admin", Right::Admin}};
  return known;
}

void read_algorithms(Section& section, auth::OidcSettings& settings) {
  std::vector<std::string> names;
  section.texts("algorithms", names);
  if (names.empty()) return;
  settings.algorithms.clear();
  for (const auto& name : names) {
    const auto algorithm = auth::parse_algorithm(name);
    if (!algorithm)
      section.fail("algorithms",
                   "has " + name +
                       "; possible are RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA and "
                       "Ed25519");
    settings.algorithms.push_back(*algorithm);
  }
}

void read_oidc(Section section, bool used, auth::OidcSettings& settings) {
  section.text("issuer", settings.issuer);
  section.texts("audiences", settings.audiences);
  section.text("caFile", settings.ca_file);
  read_algorithms(section, settings);
  section.text("usernameClaim", settings.username_claim);
  section.text("usernamePrefix", settings.username_prefix);
  section.text("groupsClaim", settings.groups_claim);
  section.text("groupsPrefix", settings.groups_prefix);
  section.duration("leeway", settings.leeway);
  section.duration("refresh", settings.refresh);
  section.end();
  if (section.given() && !used) section.fail({}, "is given, and auth.mode is not oidc");
  if (!used) return;
  if (settings.issuer.empty()) section.fail("issuer", "is missing: the URL of who signs the tokens");
  if (!auth::is_safe_url(settings.issuer) || settings.issuer.find_first_of("?#") != std::string::npos)
    section.fail("issuer",
                 "must be an https URL without query and fragment; http is for loopback addresses only");
  if (settings.audiences.empty())
    section.fail("audiences",
                 "is missing: what a token must be for; without it every token of the issuer would do");
  if (settings.leeway > std::chrono::minutes(5)) section.fail("leeway", "must be at most 5m");
  if (settings.refresh < std::chrono::seconds(10)) section.fail("refresh", "must be at least 10s");
}

// What Kubernetes tells a pod of its API server.
std::string server_of_environment() {
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  if (host == nullptr || port == nullptr) return {};
  const std::string name = host;
  return "https://" + (name.find(':') == std::string::npos ? name : "[" + name + "]") + ":" + port;
}

void read_kubernetes(Section section, bool used, auth::KubernetesSettings& settings) {
  section.text("server", settings.server);
  section.text("tokenFile", settings.token_file);
  section.text("caFile", settings.ca_file);
  std::vector<std::string> audiences;
  section.texts("audiences", audiences);
  if (!audiences.empty()) settings.audiences = std::move(audiences);
  section.duration("cache", settings.cache);
  section.duration("timeout", settings.timeout);
  section.end();
  if (section.given() && !used) section.fail({}, "is given, and auth.mode is not kubernetes");
  if (!used) return;
  if (settings.server.empty()) settings.server = server_of_environment();
  if (settings.server.empty())
    section.fail("server",
                 "is missing, and KUBERNETES_SERVICE_HOST is not set: the registry does not run in a pod");
  if (const auto url = parse_url(settings.server); !url || url->scheme != "https")
    section.fail("server", "must be an https URL: the registry's own token is sent there");
  while (settings.server.ends_with('/')) settings.server.pop_back();
  if (settings.cache > std::chrono::minutes(1))
    section.fail("cache", "must be at most 1m: a token that was taken back is accepted for as long");
  if (settings.timeout > std::chrono::seconds(30)) section.fail("timeout", "must be at most 30s");
}

void read_operator(Section section, bool used, std::optional<auth::OperatorSettings>& settings) {
  auth::OperatorSettings given;
  section.text("audience", given.audience);
  section.text("jwksFile", given.jwks_file);
  section.end();
  if (!section.given()) return;
  if (!used) section.fail({}, "is given, and auth.mode is none, which looks at no token");
  if (given.audience.empty()) section.fail("audience", "is missing: what the operator's tokens must be for");
  if (given.jwks_file.empty()) section.fail("jwksFile", "is missing: the operator's public keys");
  settings = std::move(given);
}

auth::Rule read_rule(Section& section) {
  auth::Rule rule;
  section.texts("subjects", rule.subjects);
  section.texts("groups", rule.groups);
  section.one_of<Right>("right", rule.right, rights());
  section.texts("names", rule.names);
  section.texts("managers", rule.managers);
  section.end();
  if (rule.subjects.empty() && rule.groups.empty())
    section.fail("subjects", "is missing, and groups too: say who the rule is for; \"*\" is every subject");
  if (rule.right == Right::None) section.fail("right", "is missing: read, write or admin");
  if (!rule.managers.empty() && rule.right == Right::Read) section.fail("managers", "is for who may write");
  return rule;
}

}  // namespace

void read_auth(Section section, auth::AuthSettings& settings) {
  section.one_of<Mode>("mode", settings.mode,
                       {{"none", Mode::None}, {"oidc", Mode::Oidc}, {"kubernetes", Mode::Kubernetes}});
  const bool used = settings.mode != Mode::None;
  read_oidc(section.section("oidc"), settings.mode == Mode::Oidc, settings.oidc);
  read_kubernetes(section.section("kubernetes"), settings.mode == Mode::Kubernetes, settings.kubernetes);
  read_operator(section.section("operator"), used, settings.operator_settings);
  std::optional<bool> anonymous;
  section.one_of<std::optional<bool>>("anonymousRead", anonymous, {{"true", true}, {"false", false}});
  settings.anonymous_read = anonymous.value_or(false);
  section.texts("anonymousNames", settings.anonymous_names);
  auto metrics = settings.metrics_right;
  section.one_of<Right>("metrics", metrics,
                        {{"open", Right::None}, {"read", Right::Read}, {"admin", Right::Admin}});
  settings.metrics_right = metrics;
  section.text("resource", settings.resource);
  for (auto& each : section.sections("rules")) settings.rules.push_back(read_rule(each));
  section.end();
  if (!used && section.given() &&
      (!settings.rules.empty() || settings.metrics_right != Right::None || !settings.resource.empty()))
    section.fail("mode",
                 "is none, so nobody is asked for a token; with rules, metrics or resource it must be oidc "
                 "or kubernetes");
  if (!used && anonymous == false)
    section.fail("anonymousRead", "is false, and auth.mode is none, which asks nobody for a token");
  if (!settings.anonymous_names.empty() && (!used || settings.anonymous_read))
    section.fail("anonymousNames", "is given, and everybody may read everything without it");
  if (!used) return;
  if (settings.rules.empty() && !settings.operator_settings)
    section.fail("rules", "is missing: nobody could write");
  while (settings.resource.ends_with('/')) settings.resource.pop_back();
  if (const auto begin = settings.resource.find("://");
      !settings.resource.empty() && (!parse_url(settings.resource) ||
                                     settings.resource.find_first_of("/?#", begin + 3) != std::string::npos))
    section.fail("resource", "must be a URL without path, such as https://registry.example.com");
}

void read_audit(Section section, auth::AuditSettings& settings) {
  using Output = auth::AuditSettings::Output;
  section.one_of<Output>("output", settings.output,
                         {{"off", Output::Off}, {"stdout", Output::Stdout}, {"file", Output::File}});
  section.text("file", settings.file);
  section.end();
  if (settings.output == Output::File && settings.file.empty())
    section.fail("file", "is missing: where the lines go");
  if (settings.output != Output::File && !settings.file.empty())
    section.fail("file", "is given, and audit.output is not file");
}

void read_rates(Section section, auth::RateSettings& settings) {
  const auto read = [&](const char* name, auth::RateSettings::Limit& limit) {
    auto each = section.section(name);
    each.number("perSecond", limit.per_second, 0, 1'000'000);
    each.number("burst", limit.burst, 1, 10'000'000);
    each.end();
    if (limit.burst != 0 && limit.per_second == 0) each.fail("perSecond", "is missing, and burst is given");
  };
  read("reads", settings.reads);
  read("writes", settings.writes);
  section.end();
}

}  // namespace toolhive::registry
