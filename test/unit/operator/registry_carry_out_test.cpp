// What becomes of a plan for a Registry, whatever the API server answers.
#include "controller/operator/registry/carry_out.hpp"

#include <doctest/doctest.h>

#include "test/unit/operator/writing.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Offered;

struct RegistryCarryingOut : Writing {
  RegistryCarryingOut() {
    plan.wanted = inputs();
    plan.cluster.routes = Offered::No;
  }
  StatusOr<RegistryOutcome> carry_out() {
    return toolhive::carry_out(context(), api, applier, discovery, *owner, plan);
  }
  std::string running_image() const {
    return at(api.find(deployment_type(), {"mcp", "mcp-registry"})->json(),
              "/spec/template/spec/containers/0/image");
  }
  // The next plan is for `image`, and is tried on the Deployment that runs.
  void wants(const std::string& image) {
    plan.accepted = plan.wanted;
    plan.wanted = inputs({{"image", image}});
    const auto running = api.find(deployment_type(), {"mcp", "mcp-registry"});
    plan.dry_runs = {
        {&row(deployment_type()), *running, std::make_shared<const Json>(deployment(plan.wanted))}};
  }

  kube::Discovery discovery{api, std::chrono::seconds(60)};
  RegistryPlan plan;
};

bool is_dry_run(const kube::ApiCall& call) {
  return call.http.target.find("dryRun=") != std::string::npos;
}

const Status kInvalid =
    Status(Code::Invalid,
           "Deployment.apps \"mcp-registry\" is invalid: spec.template.spec.containers[0].image: too long")
        .with_http_status(422);

}  // namespace

TEST_SUITE_BEGIN("carrying out what was decided about a Registry");

TEST_CASE("what the spec declares is written") {
  RegistryCarryingOut c;
  const auto outcome = c.carry_out();
  REQUIRE(outcome.ok());
  CHECK_FALSE(outcome->refused);
  CHECK(find(outcome->written.applied, deployment_type()));
  CHECK(c.running_image() == "example.com/mcp-registry:1");
}

TEST_CASE("of a spec that is refused nothing is written, but what was accepted last is kept up") {
  for (const bool known : {false, true}) {
    CAPTURE(known);
    RegistryCarryingOut c;
    c.plan.refused = ConditionValue::no("InvalidSpec", "spec.replicas: ...");
    if (known) c.plan.accepted = inputs({{"image", "example.com/mcp-registry:accepted"}});
    const auto outcome = c.carry_out();
    REQUIRE(outcome.ok());
    CHECK(outcome->refused == c.plan.refused);
    CHECK((find(outcome->written.applied, deployment_type()) != nullptr) == known);
    CHECK(c.api.size(deployment_type()) == (known ? 1 : 0));
    if (known) CHECK(c.running_image() == "example.com/mcp-registry:accepted");
  }
}

TEST_CASE("what the API server refuses in a dry run is not written, and the accepted spec is kept up") {
  RegistryCarryingOut c;
  REQUIRE(c.carry_out().ok());
  c.wants("example.com/mcp-registry:2");
  c.api.fail_with([](const kube::ApiCall& call) { return is_dry_run(call) ? kInvalid : Status(); });
  c.api.remove(service_type(), {"mcp", "mcp-registry"});
  REQUIRE(c.api.wait_for([&] { return c.cache.list(service_type())->empty(); }));
  const auto outcome = c.carry_out();
  REQUIRE(outcome.ok());
  REQUIRE(outcome->refused);
  CHECK(outcome->refused->message == "spec.image: too long");
  CHECK(c.running_image() == "example.com/mcp-registry:1");
  CHECK(c.api.size(service_type()) == 1);
}

TEST_CASE("a dry run that cannot be made refuses nothing") {
  RegistryCarryingOut c;
  REQUIRE(c.carry_out().ok());
  c.wants("example.com/mcp-registry:2");
  c.api.fail_with([](const kube::ApiCall& call) {
    return is_dry_run(call) ? Status(Code::Unavailable, "the webhook is down") : Status();
  });
  const auto outcome = c.carry_out();
  REQUIRE(outcome.ok());
  CHECK_FALSE(outcome->refused);
  CHECK(c.running_image() == "example.com/mcp-registry:2");
}

TEST_CASE("what the API server refuses of what is written refuses the spec") {
  RegistryCarryingOut c;
  c.api.fail_with([](const kube::ApiCall& call) {
    return call.mutating() && call.type == deployment_type() ? kInvalid : Status();
  });
  const auto outcome = c.carry_out();
  REQUIRE(outcome.ok());
  REQUIRE(outcome->refused);
  CHECK(outcome->refused->reason == "Refused");
  CHECK(outcome->refused->message == "spec.image: too long");
}

TEST_CASE("a registry does not leave its claim for one that a quota refuses") {
  RegistryCarryingOut c;
  c.plan.wanted = inputs({{"storage", {{"existingClaim", "theirs"}}}});
  REQUIRE(c.carry_out().ok());
  const auto claim_in_use = [&] {
    return at(c.api.find(deployment_type(), {"mcp", "mcp-registry"})->json(),
              "/spec/template/spec/volumes/0/persistentVolumeClaim/claimName");
  };
  REQUIRE(claim_in_use() == "theirs");
  c.plan.accepted = c.plan.wanted;
  c.plan.wanted = inputs({{"config", {{"logLevel", "debug"}}}});
  c.plan.needs_claim = true;
  c.api.fail_with([](const kube::ApiCall& call) {
    return call.mutating() && call.type == pvc_type()
               ? Status(Code::Forbidden, "exceeded quota: storage").with_http_status(403)
               : Status();
  });
  const auto held = c.carry_out();
  REQUIRE(held.ok());
  REQUIRE(held->refused);
  CHECK(held->refused->reason == "ClaimRefused");
  CHECK(held->refused->message.starts_with("spec.storage: "));
  CHECK(held->refused->message.find("exceeded quota: storage; until then") != std::string::npos);
  CHECK(claim_in_use() == "theirs");
  CHECK(c.api.find(config_map_type(), {"mcp", "mcp-registry-config"})->json().dump().find("debug") ==
        std::string::npos);

  c.api.fail_with([](const kube::ApiCall& call) {
    return call.mutating() && call.type == pvc_type() ? Status(Code::Unavailable, "no leader") : Status();
  });
  CHECK(c.carry_out().status().code() == Code::Unavailable);
  CHECK(claim_in_use() == "theirs");

  c.api.fail_with([](const kube::ApiCall&) { return Status(); });
  const auto made = c.carry_out();
  REQUIRE(made.ok());
  CHECK_FALSE(made->refused);
  CHECK(claim_in_use() == "mcp-registry-data");
  CHECK(c.api.size(pvc_type()) == 1);
}

TEST_CASE("a Deployment is repaired before anything else is written, and nothing is when it cannot be") {
  RegistryCarryingOut c;
  REQUIRE(c.carry_out().ok());
  c.plan.repair = std::make_shared<const Json>(Json{{"spec", {{"strategy", {{"rollingUpdate", nullptr}}}}}});
  c.api.clear_calls();
  REQUIRE(c.carry_out().ok());
  REQUIRE_FALSE(c.api.writes().empty());
  CHECK(c.api.writes().front() == "PATCH deployments.apps mcp/mcp-registry");

  c.api.fail_with([](const kube::ApiCall& call) {
    return call.verb == kube::ApiCall::Verb::Patch ? Status(Code::Unavailable, "no leader") : Status();
  });
  c.api.clear_calls();
  CHECK(c.carry_out().status().code() == Code::Unavailable);
  CHECK(c.api.writes().size() == 1);
}

TEST_CASE("a Route API that is gone is asked about again") {
  RegistryCarryingOut c;
  c.api.offer(route_type(), true);
  REQUIRE(c.discovery.offers(c.context(), route_type()) == Offered::Yes);
  c.plan.cluster.routes = Offered::Yes;
  c.api.offer(route_type(), false);
  c.clock.advance(std::chrono::seconds(5));
  const auto outcome = c.carry_out();
  REQUIRE(outcome.ok());
  CHECK(outcome->written.exposure_error.code() == Code::NotFound);
  CHECK(outcome->cluster.routes == Offered::No);
  CHECK(find(outcome->written.applied, deployment_type()));
}

TEST_CASE("a Gateway API that is gone is asked about again") {
  RegistryCarryingOut c;
  c.api.offer(http_route_type(), true);
  REQUIRE(c.discovery.offers(c.context(), http_route_type()) == Offered::Yes);
  c.plan.wanted = inputs({{"exposure", {{"type", "HTTPRoute"}, {"parentRefs", {{{"name", "public"}}}}}}});
  c.plan.cluster.http_routes = Offered::Yes;
  c.api.offer(http_route_type(), false);
  c.clock.advance(std::chrono::seconds(5));
  const auto outcome = c.carry_out();
  REQUIRE(outcome.ok());
  CHECK(outcome->written.exposure_error.code() == Code::NotFound);
  CHECK(outcome->cluster.http_routes == Offered::No);
  CHECK(find(outcome->written.applied, deployment_type()));
}

TEST_SUITE_END();
