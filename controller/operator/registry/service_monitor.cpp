#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/monitoring.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/tls.hpp"

namespace toolhive {

Json service_monitor(const RegistryInputs& inputs) {
  Json endpoint = {{"port", port_of(inputs).name}, {"path", "/metrics"}, {"interval", "30s"}};
  if (Json tls = scrape_tls(inputs); !tls.is_null()) {
    endpoint["scheme"] = "https";
    endpoint["tlsConfig"] = std::move(tls);
  }
  return {{"metadata", monitoring_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"selector", {{"matchLabels", selector_labels(inputs.key.name)}}},
            {"endpoints", Json::array({std::move(endpoint)})}}}};
}

}  // namespace toolhive
