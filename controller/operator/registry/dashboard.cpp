#include <iterator>
#include <nlohmann/json.hpp>

#include "controller/base/sha256.hpp"
#include "controller/operator/registry/monitoring.hpp"
#include "controller/operator/registry/operands.hpp"

namespace toolhive {

namespace {

struct Panel {
  const char* title;
  const char* expression;  // of promql()
  const char* legend;
  const char* unit;  // as Grafana names it
};

constexpr Panel kPanels[] = {
    {"Requests by status", "sum by (code) (rate(mcp_registry_requests_total{@}[5m]))", "{{code}}", "reqps"},
    {"Latency, 99th percentile by route",
     "histogram_quantile(0.99, sum by (le, route) "
     "(rate(mcp_registry_request_duration_seconds_bucket{@}[5m])))",
     "{{route}}", "s"},
    {"Registrations by result", "sum by (result) (rate(mcp_registry_registrations_total{@}[5m]))",
     "{{result}}", "ops"},
    {"Commits to the store, 99th percentile",
     "histogram_quantile(0.99, sum by (le, pod) "
     "(rate(mcp_registry_storage_commit_duration_seconds_bucket{@}[5m])))",
     "{{pod}}", "s"},
    {"Tools", "max(mcp_registry_tools{@})", "tools", "short"},
    {"Ready pods", "sum(mcp_registry_ready{@})", "ready", "short"},
    {"Memory of the process", "process_resident_memory_bytes{@}", "{{pod}}", "bytes"},
    {"Storage used", "mcp_registry_storage_used_bytes{@}", "{{pod}}", "bytes"},
};

constexpr int kPanelWidth = 12;  // of 24
constexpr int kPanelHeight = 8;

Json panel(int index, const RegistryInputs& inputs) {
  const Panel& of = kPanels[index];
  return {{"id", index + 1},
          {"type", "timeseries"},
          {"title", of.title},
          {"datasource", {{"type", "prometheus"}, {"uid", "${datasource}"}}},
          {"gridPos",
           {{"x", index % 2 * kPanelWidth},
            {"y", index / 2 * kPanelHeight},
            {"w", kPanelWidth},
            {"h", kPanelHeight}}},
          {"fieldConfig", {{"defaults", {{"unit", of.unit}, {"min", 0}}}}},
          {"targets",
           Json::array(
               {{{"refId", "A"}, {"expr", promql(of.expression, inputs)}, {"legendFormat", of.legend}}})}};
}

Json document(const RegistryInputs& inputs) {
  Json panels = Json::array();
  for (int index = 0; index < static_cast<int>(std::size(kPanels)); ++index)
    panels.push_back(panel(index, inputs));
  const std::string name = inputs.key.ns + "/" + inputs.key.name;
  const Json datasource = {
      {"name", "datasource"}, {"type", "datasource"}, {"query", "prometheus"}, {"label", "Data source"}};
  return {{"title", "MCP registry " + name},
          // Of at most 40 characters, and the same for the same Registry.
          {"uid", "mcp-" + sha256_hex(name).substr(0, 32)},
          {"schemaVersion", 36},
          {"tags", Json::array({"mcp"})},
          {"refresh", "30s"},
          {"time", {{"from", "now-6h"}, {"to", "now"}}},
          {"templating", {{"list", Json::array({datasource})}}},
          {"panels", std::move(panels)}};
}

}  // namespace

Json dashboard_config_map(const RegistryInputs& inputs) {
  Json metadata = monitoring_metadata(inputs, dashboard_name(inputs.key));
  // By which Grafana's sidecar finds dashboards, as the usual charts set it up.
  metadata["labels"]["grafana_dashboard"] = "1";
  const std::string file = inputs.key.ns + "-" + inputs.key.name + ".json";
  return {{"metadata", std::move(metadata)}, {"data", {{file, document(inputs).dump(2) + "\n"}}}};
}

}  // namespace toolhive
