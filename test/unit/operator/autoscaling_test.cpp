// What a HorizontalPodAutoscaler says, and what of it is told of its Registry.
#include "controller/operator/registry/autoscaling.hpp"

#include <doctest/doctest.h>

#include "controller/operator/registry/report.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/operator/types.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

Json autoscaler(const Json& active, const Json& metrics = Json::array()) {
  return {{"metadata", {{"name", "mcp-registry"}, {"namespace", "mcp"}}},
          {"status", {{"conditions", Json::array({active})}, {"currentMetrics", metrics}}}};
}

Json scaling(const char* status, const char* reason) {
  return {{"type", "ScalingActive"},
          {"status", status},
          {"reason", reason},
          {"message", "words of the autoscaler"}};
}

const Json kCpuRead = {{"type", "Resource"}, {"resource", {{"name", "cpu"}}}};
const Json kRequestsRead = {{"type", "Pods"}, {"pods", {{"metric", {{"name", kRequestsMetric}}}}}};
// As it is written where a metric could not be read.
const Json kUnread = {{"type", ""}};

const RegistrySpec::Autoscaling kByCpu{};
const RegistrySpec::Autoscaling kByRequests{.requests_per_second = 100};

std::string reason_of(const RegistrySpec::Autoscaling& spec, const Json& seen) {
  return observe_autoscaling(spec, &seen).reason;
}

}  // namespace

TEST_SUITE_BEGIN("autoscaling");

TEST_CASE("before the cluster has looked at the autoscaler nothing is known") {
  CHECK(observe_autoscaling(kByCpu, nullptr).status == runtime::ConditionStatus::Unknown);
  CHECK(reason_of(kByCpu, Json::object()) == "AutoscalerPending");
}

TEST_CASE("an autoscaler that cannot scale is told with its own reason and words") {
  const Json seen = autoscaler(scaling("False", "FailedGetResourceMetric"));
  const ConditionValue told = observe_autoscaling(kByCpu, &seen);
  CHECK(told.status == runtime::ConditionStatus::False);
  CHECK(told.reason == "ScalingInactive");
  CHECK(told.message.find("FailedGetResourceMetric: words of the autoscaler") != std::string::npos);
}

TEST_CASE("requests that are not offered are told, whether the CPU is read beside them or not") {
  CHECK(reason_of(kByRequests, autoscaler(scaling("False", "FailedGetPodsMetric"))) ==
        "RequestsMetricMissing");
  CHECK(reason_of(kByRequests, autoscaler(scaling("True", "ValidMetricFound"), {kCpuRead, kUnread})) ==
        "RequestsMetricMissing");
  CHECK(reason_of(kByRequests, autoscaler(scaling("True", "ValidMetricFound"), Json("text"))) ==
        "RequestsMetricMissing");
  CHECK(reason_of(kByRequests, autoscaler(scaling("True", "ValidMetricFound"), {kCpuRead, kRequestsRead})) ==
        "Scaling");
  CHECK(reason_of(kByCpu, autoscaler(scaling("True", "ValidMetricFound"), Json::array({kCpuRead}))) ==
        "Scaling");
}

TEST_CASE("the condition is there while there is an autoscaler, and has no say in Ready") {
  RegistryReport report;
  report.key = {"mcp", "mcp-registry"};
  report.storage = report.rollout.available = report.rollout.settled = ConditionValue::yes("Serving", "");
  report.autoscaling = ConditionValue::no("RequestsMetricMissing", "none");
  const Json told = registry_status(Json::object(), report, WallTime{});
  const auto conditions = runtime::Conditions::from_json(told.at("conditions"));
  REQUIRE(conditions.find("Autoscaling"));
  CHECK(conditions.find("Autoscaling")->reason == "RequestsMetricMissing");
  CHECK(conditions.is_true("Ready"));
  report.autoscaling.reset();
  const Json without = registry_status(told, report, WallTime{});
  CHECK_FALSE(runtime::Conditions::from_json(without.at("conditions")).find("Autoscaling"));
}

TEST_CASE("what the autoscaler says reaches the report of a Registry that declares one") {
  const RegistryInputs wanted =
      inputs({{"storage", {{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", {{"name", "db"}}}}}}},
              {"availability", {{"autoscaling", {{"maxReplicas", 3}, {"requestsPerSecond", 100}}}}}});
  const RegistryObservation observed{
      .object = mcp_registry(), .status = std::make_shared<const Json>(Json::object()), .inputs = wanted};
  RegistryOutcome outcome{.refused = {}, .declared = wanted, .written = {}, .cluster = {}};
  CHECK_FALSE(report_of(observed, outcome, WallTime{}).autoscaling);
  Json seen = autoscaler(scaling("True", "ValidMetricFound"), {kCpuRead, kUnread});
  seen["apiVersion"] = "autoscaling/v2";
  seen["kind"] = "HorizontalPodAutoscaler";
  outcome.written.applied.push_back({pod_autoscaler_type(), *kube::Object::from(seen)});
  const auto told = report_of(observed, outcome, WallTime{}).autoscaling;
  REQUIRE(told);
  CHECK(told->reason == "RequestsMetricMissing");
}

TEST_SUITE_END();
