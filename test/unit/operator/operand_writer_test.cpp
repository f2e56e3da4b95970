// What becomes of an operand that the API server does not take.
#include "controller/operator/operand/operand_writer.hpp"

#include <doctest/doctest.h>

#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/refusal.hpp"
#include "test/unit/operator/writing.hpp"

using namespace toolhive;
using kube::ApiCall;

namespace {

struct WritingOnce : test::Writing {
  WrittenOperands write_all(const RegistryInputs& inputs) {
    return write_operands(context(), applier, *owner, steps(operands(), inputs, cluster), refusal_text);
  }
  // One pass in which writes to `plural` are answered with `error`.
  WrittenOperands write(const std::string& plural, const Status& error) {
    api.fail_with([=](const ApiCall& call) {
      return call.mutating() && call.type.plural == plural ? error : Status();
    });
    return write_all(test::inputs());
  }
  Cluster cluster{kube::Offered::Yes};
};

const Status kWebhookDown =
    Status(Code::Unavailable, "failed calling webhook \"policy.example.com\": connection refused")
        .with_http_status(500)
        .with_reason("InternalError");
const Status kNamespaceEnds =
    Status(
        Code::Forbidden,
        "services \"mcp-registry\" is forbidden: unable to create new content in namespace mcp because it is "
        "being terminated")
        .with_http_status(403)
        .with_reason("Forbidden");

}  // namespace

TEST_CASE("an answer of 500 to an operand becomes a finding that the user can read") {
  WritingOnce writing;
  const WrittenOperands written = writing.write("deployments", kWebhookDown);
  CHECK(written.retry.ok());
  REQUIRE(written.failed);
  CHECK(written.failed->reason == "OperandError");
  CHECK(written.failed->message.find("Deployment: ") == 0);
  CHECK(written.failed->message.find("policy.example.com") != std::string::npos);
}

TEST_CASE("an API server that is away is no value, and the pass is tried again") {
  WritingOnce writing;
  const WrittenOperands written =
      writing.write("deployments", Status(Code::Unavailable, "etcd has no leader").with_http_status(503));
  CHECK(written.retry.code() == Code::Unavailable);
  CHECK(!written.failed);
}

TEST_CASE("a Route API that answers 500 holds up no other operand") {
  WritingOnce writing;
  const WrittenOperands written = writing.write("routes", kWebhookDown);
  CHECK(written.exposure_error.http_status() == 500);
  CHECK(!written.failed);
  CHECK(written.retry.ok());
  CHECK(find(written.applied, deployment_type()));
}

TEST_CASE("a Route API that is down holds up no other operand") {
  WritingOnce writing;
  const WrittenOperands written =
      writing.write("routes", Status(Code::Unavailable, "service unavailable").with_http_status(503));
  CHECK(written.exposure_error.http_status() == 503);
  CHECK(written.retry.ok());
  CHECK(find(written.applied, deployment_type()));
}

TEST_CASE(
    "in a namespace that is being deleted nothing more is tried, and nothing is reported as forbidden") {
  WritingOnce writing;
  for (const char* plural : {"services", "persistentvolumeclaims", "routes"}) {
    CAPTURE(plural);
    const WrittenOperands written = writing.write(plural, kNamespaceEnds);
    CHECK(written.namespace_ends);
    CHECK(!written.failed);
    CHECK(!written.storage);
  }
}

TEST_CASE("a right that the operator lacks is named with the operand's kind") {
  WritingOnce writing;
  const WrittenOperands written = writing.write(
      "services", Status(Code::Forbidden, "services is forbidden: User cannot patch").with_http_status(403));
  REQUIRE(written.failed);
  CHECK(written.failed->reason == "OperandForbidden");
  CHECK(written.failed->message.find("Service: ") == 0);
}

TEST_CASE("a value of the wrong type is refused, whatever status the API server gives it") {
  WritingOnce writing;
  const WrittenOperands written = writing.write(
      "deployments", Status(Code::Invalid, ".spec.replicas: expected numeric").with_http_status(500));
  CHECK(!written.failed);
  REQUIRE(written.refused);
  CHECK(written.refused->reason == "Refused");
}

TEST_CASE("one operand's trouble keeps no other from being brought to its state") {
  const Status errors[] = {Status(Code::Invalid, "spec.ports[1].name: Duplicate value").with_http_status(422),
                           Status(Code::Forbidden, "User cannot patch").with_http_status(403), kWebhookDown,
                           Status(Code::Conflict, "is being deleted").with_http_status(409)};
  for (const Status& error : errors) {
    for (const char* plural : {"services", "serviceaccounts", "networkpolicies", "poddisruptionbudgets"}) {
      CAPTURE(plural);
      CAPTURE(error.message());
      WritingOnce writing;
      const WrittenOperands written = writing.write(plural, error);
      CHECK(find(written.applied, deployment_type()));
      CHECK(find(written.applied, route_type()));
      CHECK((written.refused || written.failed || !written.retry.ok()));
    }
  }
}

TEST_CASE("what the spec does not ask for any more is removed, and a claim that it names is left alone") {
  WritingOnce writing;
  REQUIRE(writing.write("", Status()).retry.ok());
  REQUIRE(writing.api.wait_for([&] { return !writing.cache.list(network_policy_type())->empty(); }));
  const RegistryInputs less =
      test::inputs({{"networkPolicy", {{"enabled", false}}}, {"storage", {{"existingClaim", "theirs"}}}});
  writing.write_all(less);
  CHECK(writing.api.size(network_policy_type()) == 0);
  CHECK(writing.api.size(pvc_type()) == 1);
  CHECK(writing.api.size(route_type()) == 1);
}

TEST_CASE("a Deployment waits for the ConfigMaps that its checksum speaks of") {
  WritingOnce writing;
  CHECK_FALSE(find(writing.write("configmaps", kWebhookDown).applied, deployment_type()));
}

TEST_CASE("a Route that is refused refuses no Registry") {
  WritingOnce writing;
  const WrittenOperands written = writing.write(
      "routes", Status(Code::Invalid, "spec.host: must be no more than 63 characters").with_http_status(422));
  CHECK(!written.refused);
  CHECK(!written.failed);
  CHECK(written.exposure_error.ok());
  CHECK(written.exposure_refused.find("63 characters; set spec.exposure.host") != std::string::npos);
}

TEST_CASE("what is only for watching a Registry fails for itself, whether refused, forbidden or broken") {
  for (const Status& error :
       {Status(Code::Invalid, "spec.groups: bad").with_http_status(422), kWebhookDown,
        Status(Code::Forbidden, "may not").with_http_status(403), Status(Code::NotFound, "no such type")}) {
    CAPTURE(error.message());
    WritingOnce writing;
    writing.cluster.prometheus_rules = kube::Offered::Yes;
    const WrittenOperands written = writing.write("prometheusrules", error);
    REQUIRE(written.monitoring);
    CHECK(written.monitoring->reason == "MonitoringFailed");
    CHECK(written.monitoring->message.starts_with("PrometheusRule: "));
    CHECK(written.monitoring->message.ends_with(error.message()));
    CHECK(!written.refused);
    CHECK(!written.failed);
    CHECK(written.retry.ok());
    CHECK(find(written.applied, deployment_type()));
  }
}
