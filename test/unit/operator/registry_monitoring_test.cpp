// The objects by which a Registry is watched, and what is told of them.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "controller/base/subprocess.hpp"
#include "controller/operator/registry/monitoring.hpp"
#include "controller/operator/registry/operands.hpp"
#include "registry/metrics/metrics.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Offered;

std::string text_of_project_file(const std::string& path) {
  std::ifstream file(std::string(TOOLHIVE_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  REQUIRE_FALSE(text.str().empty());
  return text.str();
}

Json alerting_rules(const Json& prometheus_rule) {
  return at(prometheus_rule, "/spec/groups/0/rules");
}

// The names of metrics in PromQL that begin as the registry's own do.
std::set<std::string> registry_metrics(const std::string& promql) {
  std::set<std::string> names;
  for (std::size_t at = promql.find("mcp_registry_"); at != std::string::npos;
       at = promql.find("mcp_registry_", at + 1)) {
    std::size_t end = at;
    while (end < promql.size() &&
           (std::isalnum(static_cast<unsigned char>(promql[end])) || promql[end] == '_'))
      ++end;
    names.insert(promql.substr(at, end - at));
  }
  return names;
}

}  // namespace

TEST_SUITE_BEGIN("watching a Registry");

TEST_CASE("the monitor finds the Registry's Service and no other, at the port that has the metrics") {
  const RegistryInputs given = inputs({{"monitoring", {{"labels", {{"release", "prometheus"}}}}}});
  const Json monitor = service_monitor(given);
  const Json served = service(given);
  for (const auto& [key, value] : at(monitor, "/spec/selector/matchLabels").items())
    CHECK(at(served, "/metadata/labels").at(key) == value);
  CHECK(at(monitor, "/spec/selector/matchLabels/app.kubernetes.io~1instance") == "mcp-registry");
  CHECK(at(monitor, "/spec/endpoints/0/port") == at(served, "/spec/ports/0/name"));
  for (const Json& made : {monitor, prometheus_rule(given), dashboard_config_map(given)})
    CHECK(at(made, "/metadata/labels/release") == "prometheus");
}

TEST_CASE("labels of the spec do not replace those of the operator") {
  const RegistryInputs given =
      inputs({{"monitoring", {{"labels", {{"app.kubernetes.io/managed-by", "me"}}}}}});
  CHECK(at(service_monitor(given), "/metadata/labels/app.kubernetes.io~1managed-by") == "toolhive-operator");
}

TEST_CASE("alerts and dashboard ask for metrics that there are, of this Registry alone") {
  const RegistryInputs given = inputs();
  std::vector<std::string> expressions;
  for (const Json& rule : alerting_rules(prometheus_rule(given))) expressions.push_back(rule.at("expr"));
  const Json board =
      Json::parse(at(dashboard_config_map(given), "/data/mcp-mcp-registry.json").get<std::string>());
  for (const Json& panel : board.at("panels")) expressions.push_back(at(panel, "/targets/0/expr"));
  const std::string metrics = text_of_project_file("registry/metrics/metrics.cpp");
  for (const std::string& expression : expressions) {
    CAPTURE(expression);
    CHECK(expression.find("namespace=\"mcp\",service=\"mcp-registry\"") != std::string::npos);
    CHECK(expression.find('@') == std::string::npos);
    for (std::string name : registry_metrics(expression)) {
      if (name.ends_with("_bucket")) name.resize(name.size() - std::string("_bucket").size());
      CHECK_MESSAGE(metrics.find("\"" + name + "\"") != std::string::npos, name);
    }
  }
}

TEST_CASE("each alert has its section in the runbooks") {
  const std::string runbooks = text_of_project_file("docs/runbooks.md");
  for (const Json& rule : alerting_rules(prometheus_rule(inputs()))) {
    const std::string name = rule.at("alert");
    CHECK_MESSAGE(runbooks.find("\n## " + name + "\n") != std::string::npos, name);
    std::string anchor;
    for (const char c : name) anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    CHECK(at(rule, "/annotations/runbook_url") == "docs/runbooks.md#" + anchor);
  }
}

TEST_CASE("a Registry with a schedule has an alert of its backups, by the metrics that the operator has") {
  const RegistryInputs given =
      inputs({{"backup", {{"schedule", "15 3 * * *"}, {"destination", {{"claim", {{"name", "backups"}}}}}}}});
  const Json rules = alerting_rules(prometheus_rule(given));
  CHECK(rules.size() == alerting_rules(prometheus_rule(inputs())).size() + 1);
  const Json& alert = rules.back();
  CHECK(alert.at("expr") ==
        "mcp_registry_backup_healthy{registry_namespace=\"mcp\",registry=\"mcp-registry\"} == 0");
  CHECK(
      text_of_project_file("docs/runbooks.md").find("\n## " + alert.at("alert").get<std::string>() + "\n") !=
      std::string::npos);
  CHECK(text_of_project_file("controller/operator/registry/backup_metrics.cpp")
            .find("\"mcp_registry_backup_healthy\"") != std::string::npos);
}

// What Prometheus itself says to the rules; alerts.yaml has the series and what is to come of them.
TEST_CASE("the alerts fire when they should, and no sooner") {
  char folder[] = "/tmp/registry-alerts-XXXXXX";
  REQUIRE(mkdtemp(folder));
  const std::string rules = std::string(folder) + "/rules.json";
  std::ofstream(rules) << at(prometheus_rule(inputs()), "/spec").dump();
  const std::string tests = std::string(folder) + "/alerts.yaml";
  std::ofstream(tests) << text_of_project_file("test/unit/operator/alerts.yaml");
  const Context bounded = Context{}.with_timeout(std::chrono::seconds(60));
  const auto ran = run_process(bounded, {"promtool", "test", "rules", tests}, {});
  for (const std::string& file : {rules, tests}) std::remove(file.c_str());
  rmdir(folder);
  REQUIRE_MESSAGE(ran.ok(), ran.status(), "; promtool is in the Debian package prometheus");
  CHECK_MESSAGE(ran->exit_code == 0, ran->output, ran->errors);
}

TEST_CASE("what is told of the monitoring is what there is of it") {
  const auto reason = [](const RegistryInputs& given, Offered monitors, Offered rules,
                         const ConditionValue* failed = nullptr) {
    const Cluster cluster{.routes = {}, .service_monitors = monitors, .prometheus_rules = rules};
    return observe_monitoring(given, cluster, failed).reason;
  };
  CHECK(reason(inputs(), Offered::Yes, Offered::Yes) == "Applied");
  CHECK(reason(inputs(), Offered::No, Offered::No) == "MonitoringAPIMissing");
  CHECK(reason(inputs(), Offered::Yes, Offered::No) == "MonitoringAPIUnknown");
  CHECK(reason(inputs({{"monitoring", {{"enabled", false}}}}), Offered::Yes, Offered::Yes) == "NotRequested");
  CHECK(reason(inputs({{"replicas", 0}}), Offered::Yes, Offered::Yes) == "NotRequested");
  const ConditionValue failed = ConditionValue::no("MonitoringFailed", "refused");
  CHECK(reason(inputs(), Offered::Yes, Offered::Yes, &failed) == "MonitoringFailed");
}

TEST_SUITE_END();
