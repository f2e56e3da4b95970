#include <cctype>
#include <nlohmann/json.hpp>

#include "controller/operator/registry/monitoring.hpp"
#include "controller/operator/registry/operands.hpp"

namespace toolhive {

namespace {

// docs/runbooks.md has a section of each, by its name.
struct Alert {
  const char* name;
  const char* expression;  // of promql()
  const char* duration;
  const char* severity;
  const char* summary;
};

constexpr Alert kAlerts[] = {
    {"MCPRegistryDown", "sum by (namespace, service) (up{@}) == 0 or absent(up{@})", "5m", "critical",
     "no pod of the registry answers"},
    {"MCPRegistryNotReady", "mcp_registry_ready{@} == 0", "10m", "warning",
     "a pod of the registry is not ready"},
    {"MCPRegistryReadOnly", "max by (namespace, service) (mcp_registry_storage_writable{@}) == 0", "5m",
     "critical", "the registry takes no writes"},
    {"MCPRegistryErrors",
     "sum by (namespace, service) (rate(mcp_registry_requests_total{@,code=~\"5..\"}[5m])) / "
     "sum by (namespace, service) (rate(mcp_registry_requests_total{@}[5m])) > 0.05",
     "10m", "warning", "more than 5 % of the requests fail"},
    {"MCPRegistryStorageErrors", "increase(mcp_registry_storage_errors_total{@}[15m]) > 0", "5m", "warning",
     "writes fail at the storage"},
    {"MCPRegistryVolumeFilling",
     "mcp_registry_storage_free_bytes{@} / (mcp_registry_storage_free_bytes{@} + "
     "mcp_registry_storage_used_bytes{@}) < 0.1",
     "15m", "warning", "less than a tenth of the volume is free"},
    {"MCPRegistryRecordsDamaged", "mcp_registry_storage_quarantined_records{@} > 0", "1m", "warning",
     "records of the store did not verify"},
    {"MCPRegistryCertificateExpires",
     "min by (namespace, service) (mcp_registry_tls_certificate_not_after_timestamp_seconds{@}) - time() < "
     "7 * 86400",
     "1h", "critical", "the certificate that the registry serves expires within a week"},
    {"MCPRegistryCertificateStale", "mcp_registry_tls_certificate_stale{@} == 1", "15m", "warning",
     "a new certificate cannot be used, and the previous one is served"},
    {"MCPRegistryTokensNotJudged", "mcp_registry_auth_ready{@} == 0", "10m", "critical",
     "the registry cannot judge tokens"},
};

// Of the operator's metrics, whose labels namespace and service are the operator's own.
constexpr Alert kBackupAlert = {"MCPRegistryBackupUnhealthy", "mcp_registry_backup_healthy{#} == 0", "15m",
                                "warning", "a scheduled backup failed, cannot be made or is overdue"};

std::string anchor(std::string name) {
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

Json rule(const Alert& alert, const RegistryInputs& inputs) {
  return {{"alert", alert.name},
          {"expr", promql(alert.expression, inputs)},
          {"for", alert.duration},
          {"labels", {{"severity", alert.severity}}},
          {"annotations",
           {{"summary", "Registry " + inputs.key.ns + "/" + inputs.key.name + ": " + alert.summary},
            {"runbook_url", "docs/runbooks.md#" + anchor(alert.name)}}}};
}

}  // namespace

Json prometheus_rule(const RegistryInputs& inputs) {
  Json rules = Json::array();
  for (const Alert& alert : kAlerts) rules.push_back(rule(alert, inputs));
  if (inputs.spec.backup) rules.push_back(rule(kBackupAlert, inputs));
  const Json group = {{"name", "mcp-registry"}, {"rules", std::move(rules)}};
  return {{"metadata", monitoring_metadata(inputs, inputs.key.name)},
          {"spec", {{"groups", Json::array({group})}}}};
}

}  // namespace toolhive
