// What others added to an operand.
#include "controller/operator/registry/additions.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "controller/operator/types.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

using Paths = std::vector<std::string>;

// Of the Deployment of `spec`, with a change to its pods' spec.
Paths added(const std::function<void(Json&)>& change, const Json& spec = Json::object()) {
  const Json intent = deployment(inputs(spec));
  Json live = intent;
  change(live["spec"]["template"]["spec"]);
  return additions(deployment_type(), live, intent);
}

Json& container(Json& pod) {
  return pod["containers"][0];
}

}  // namespace

TEST_SUITE_BEGIN("additions of others");

TEST_CASE("what is declared, and what the API server fills in, is no addition") {
  CHECK(added([](Json& pod) {
          pod["restartPolicy"] = "Always";
          pod["dnsPolicy"] = "ClusterFirst";
          container(pod)["terminationMessagePath"] = "/dev/termination-log";
          container(pod)["startupProbe"]["successThreshold"] = 1;
        }) == Paths{});
  const Json spec = {
      {"podTemplate",
       {{"tolerations", Json::array({{{"key", "a"}}})}, {"affinity", {{"podAffinity", Json::object()}}}}}};
  CHECK(added([](Json& pod) { pod["affinity"]["podAffinity"]["x"] = 1; }, spec) == Paths{});
}

TEST_CASE("fields and entries of others are named with their paths") {
  const std::string pod = "spec.template.spec.";
  CHECK(added([](Json& p) { p["hostNetwork"] = true; }) == Paths{pod + "hostNetwork"});
  CHECK(added([](Json& p) { container(p)["command"] = Json::array({"/nope"}); }) ==
        Paths{pod + "containers[registry].command"});
  CHECK(added([](Json& p) {
          p["containers"].push_back({{"name", "sidecar"}});
        }) == Paths{pod + "containers[sidecar]"});
  CHECK(added([](Json& p) {
          container(p)["volumeMounts"].push_back({{"name", "data"}, {"mountPath", "/b"}});
        }) == Paths{pod + "containers[registry].volumeMounts[/b]"});
  CHECK(added([](Json& p) { p["nodeSelector"]["b"] = "c"; },
              {{"podTemplate", {{"nodeSelector", {{"a", "b"}}}}}}) == Paths{pod + "nodeSelector.b"});
  CHECK(added([](Json& p) { p["affinity"] = Json::object(); }) == Paths{pod + "affinity"});
}

TEST_CASE("of a Service ports and addresses of others are named, of other operands nothing") {
  const Json intent = service(inputs());
  Json live = intent;
  live["spec"]["clusterIP"] = "10.0.0.1";
  live["spec"]["ports"].push_back({{"name", "other"}, {"port", 9}});
  CHECK(additions(service_type(), live, intent) == Paths{"spec.ports[other]"});
  CHECK(additions(config_map_type(), {{"data", {{"x", "y"}}}}, {{"data", Json::object()}}) == Paths{});
}

TEST_SUITE_END();
