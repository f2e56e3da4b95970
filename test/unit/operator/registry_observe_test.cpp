// What a pass over a Registry reads.
#include <doctest/doctest.h>

#include "controller/operator/registry/observe.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Offered;

struct RegistryObserving {
  RegistryObserving() {
    for (const kube::ResourceType& type :
         {deployment_type(), network_policy_type(), pvc_type(), pod_type(), certificate_type()})
      REQUIRE(cache.declare(type).ok());
    cache.start();
    REQUIRE(api.wait_for([&] { return cache.synced(); }));
  }
  void put(const kube::ResourceType& type, const std::string& name, const Json& metadata = Json::object()) {
    Json document = {{"metadata", {{"namespace", "mcp"}, {"name", name}}}};
    document["metadata"].update(metadata);
    api.put(type, document);
    REQUIRE(api.wait_for([&] { return cache.get({}, type, {"mcp", name}).ok(); }));
    api.clear_calls();
  }
  StatusOr<RegistryObservation> observe(const Json& spec = Json::object()) {
    const Context ctx{{}, TimePoint::max(), clock, {}};
    return observe_registry(ctx, api, cache, discovery, identity, options, mcp_registry(), inputs(spec).spec);
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
  runtime::Cache cache{api, clock, {}};
  kube::Discovery discovery{api, std::chrono::seconds(60)};
  OperatorIdentity identity{api, "toolhive-system"};
  const OperatorOptions options{
      .registry_image = "example.com/default:1", .operator_namespace = "toolhive-system", .namespaces = {}};
};

// As metadata: an object that the Registry of this uid controls.
Json controlled_by(const std::string& uid) {
  return {{"ownerReferences", Json::array({{{"apiVersion", "mcpregistry.dev/v1alpha1"},
                                            {"kind", "Registry"},
                                            {"name", "mcp-registry"},
                                            {"uid", uid},
                                            {"controller", true}}})}};
}

}  // namespace

TEST_SUITE_BEGIN("observing a Registry");

TEST_CASE("its operands are those that it controls, and nothing is written") {
  RegistryObserving o;
  o.put(deployment_type(), "mcp-registry", controlled_by("uid-of-mcp-registry"));
  o.put(network_policy_type(), "mcp-registry", controlled_by("uid-of-an-earlier-one"));
  o.put(pvc_type(), "mcp-registry-data");
  o.put(pod_type(), "its", {{"labels", selector_labels("mcp-registry")}});
  o.put(pod_type(), "server-of-that-name", {{"labels", server_selector_labels("mcp-registry")}});
  o.put(pod_type(), "another", {{"labels", {{kInstanceLabel, "other"}}}});
  const auto seen = o.observe();
  REQUIRE(seen.ok());
  CHECK(find(seen->running, deployment_type()));
  CHECK_FALSE(find(seen->running, network_policy_type()));
  REQUIRE(seen->claim);
  REQUIRE(seen->pods.size() == 1);
  CHECK(seen->pods[0].meta().name == "its");
  for (const std::string& call : o.api.writes()) CHECK(call.starts_with("RAW"));
}

TEST_CASE("what is not there is absent, and not an error") {
  RegistryObserving o;
  const auto seen = o.observe();
  REQUIRE(seen.ok());
  CHECK_FALSE(find(seen->running, deployment_type()));
  CHECK_FALSE(seen->claim);
  CHECK(seen->pods.empty());
  CHECK(seen->inputs.image == "example.com/default:1");
  CHECK(seen->inputs.uid == "uid-of-mcp-registry");
  CHECK(seen->inputs.operator_namespace == "toolhive-system");
}

TEST_CASE("a claim that the spec names is read from the API server, for nobody watches it") {
  RegistryObserving o;
  const Json spec = {{"storage", {{"existingClaim", "theirs"}}}};
  CHECK_FALSE(o.observe(spec)->claim);
  o.put(pvc_type(), "theirs");
  CHECK(o.observe(spec)->claim);
  CHECK(o.api.count("GET persistentvolumeclaims mcp/theirs") == 1);
}

TEST_CASE("a claim that is there keeps its size where the spec says none") {
  RegistryObserving o;
  CHECK(claim_size(o.observe()->inputs) == "10Gi");
  o.api.put(pvc_type(), {{"metadata", {{"namespace", "mcp"}, {"name", "mcp-registry-data"}}},
                         {"spec", {{"resources", {{"requests", {{"storage", "20Gi"}}}}}}}});
  REQUIRE(o.api.wait_for([&] { return o.cache.get({}, pvc_type(), {"mcp", "mcp-registry-data"}).ok(); }));
  CHECK(claim_size(o.observe()->inputs) == "20Gi");
  CHECK(claim_size(o.observe({{"storage", {{"size", "30Gi"}}}})->inputs) == "30Gi");
}

TEST_CASE("a claim whose name no object can have is not asked for") {
  RegistryObserving o;
  for (const char* name : {"..", "../secrets/x", "Bad/Name"}) {
    CAPTURE(name);
    o.api.clear_calls();
    const auto seen = o.observe({{"storage", {{"existingClaim", name}}}});
    REQUIRE(seen.ok());
    CHECK_FALSE(seen->claim);
    CHECK(o.api.count("GET persistentvolumeclaims mcp/" + std::string(name)) == 0);
  }
}

TEST_CASE("a priority class is looked for before a Deployment that runs without it is changed") {
  RegistryObserving o;
  const Json spec = {{"podTemplate", {{"priorityClassName", "high"}}}};
  CHECK_FALSE(o.observe(spec)->priority_class_missing);  // nothing runs
  o.put(deployment_type(), "mcp-registry", controlled_by("uid-of-mcp-registry"));
  CHECK(o.observe(spec)->priority_class_missing);
  CHECK_FALSE(o.observe()->priority_class_missing);
  o.api.fail_with([](const kube::ApiCall& call) {
    return call.type == priority_class_type() ? Status(Code::Forbidden, "no right") : Status();
  });
  const auto unknown = o.observe(spec);
  REQUIRE(unknown.ok());
  CHECK_FALSE(unknown->priority_class_missing);
  o.api.fail_with({});
  o.api.put(priority_class_type(), {{"metadata", {{"name", "high"}}}});
  CHECK_FALSE(o.observe(spec)->priority_class_missing);
}

TEST_CASE("what the cluster offers is asked of it") {
  RegistryObserving plain;
  CHECK(plain.observe()->cluster.routes == Offered::No);
  CHECK(plain.observe()->inputs.set_fs_group);
  RegistryObserving openshift;
  openshift.api.offer(route_type(), true);
  openshift.api.offer(security_context_constraints_type(), true);
  CHECK(openshift.observe()->cluster.routes == Offered::Yes);
  CHECK_FALSE(openshift.observe()->inputs.set_fs_group);
}

TEST_CASE("HTTPRoutes are asked for in their older version only where the newer one is missing") {
  RegistryObserving plain;
  CHECK(plain.observe()->cluster.http_routes == Offered::No);
  CHECK(plain.observe()->cluster.http_routes_beta == Offered::No);
  RegistryObserving older;
  older.api.offer(http_route_beta_type(), true);
  CHECK(older.observe()->cluster.http_routes == Offered::No);
  CHECK(older.observe()->cluster.http_routes_beta == Offered::Yes);
  RegistryObserving newer;
  newer.api.offer(http_route_type(), true);
  newer.api.offer(http_route_beta_type(), true);
  CHECK(newer.observe()->cluster.http_routes == Offered::Yes);
  CHECK(newer.observe()->cluster.http_routes_beta == Offered::Unknown);
}

TEST_CASE("the Gateways that an HTTPRoute is for are read") {
  RegistryObserving o;
  o.api.offer(http_route_type(), true);
  o.api.put(gateway_type(), {{"metadata", {{"namespace", "gateways"}, {"name", "public"}}}});
  const Json spec = {
      {"exposure",
       {{"type", "HTTPRoute"}, {"parentRefs", {{{"name", "public"}, {"namespace", "gateways"}}}}}}};
  CHECK(o.observe(spec)->gateways.size() == 1);
  CHECK(o.observe()->gateways.empty());
}

TEST_CASE("why cert-manager has not issued the certificate is read from its request, and only until it has") {
  RegistryObserving o;
  o.api.offer(certificate_type(), true);
  o.api.put(config_map_type(),
            {{"metadata", {{"namespace", "mcp"}, {"name", "trust"}}}, {"data", {{"ca.crt", "PEM"}}}});
  const Json spec = {{"tls",
                      {{"source", "CertManager"},
                       {"issuerRef", {{"name", "company"}}},
                       {"ca", {{"configMapKeyRef", {{"name", "trust"}, {"key", "ca.crt"}}}}}}}};
  const auto put_certificate = [&](const char* ready, const Json& revision, const std::string& owner) {
    Json document = {{"metadata", {{"namespace", "mcp"}, {"name", "mcp-registry"}}},
                     {"status", {{"conditions", {{{"type", "Ready"}, {"status", ready}}}}}}};
    document["metadata"].update(controlled_by(owner));
    if (!revision.is_null()) document["status"]["revision"] = revision;
    const kube::Object put = o.api.put(certificate_type(), document);
    const std::string version(put.meta().resource_version);
    REQUIRE(o.api.wait_for([&] {
      const auto seen = o.cache.get({}, certificate_type(), {"mcp", "mcp-registry"});
      return seen.ok() && seen->meta().resource_version == version;
    }));
    o.api.clear_calls();
  };
  const auto put_request = [&](const char* name, const Json& conditions) {
    o.api.put(certificate_request_type(), {{"metadata", {{"namespace", "mcp"}, {"name", name}}},
                                           {"status", {{"conditions", conditions}}}});
  };
  const auto read = [&] { return o.observe(spec)->certificate_request; };
  const std::string its = "uid-of-mcp-registry";

  CHECK(read().empty());
  put_certificate("False", nullptr, its);
  CHECK(read().empty());
  put_request("mcp-registry-1", Json::array());
  CHECK(read().empty());
  put_request("mcp-registry-1", {{{"type", "Ready"}, {"status", "False"}, {"message", "no such Issuer"}}});
  CHECK(read() == "of its CertificateRequest mcp-registry-1 it says: no such Issuer");
  put_certificate("False", 3, its);
  CHECK(read().empty());
  put_request("mcp-registry-4", {{{"type", "Ready"}, {"status", "False"}, {"message", "denied"}}});
  CHECK(read() == "of its CertificateRequest mcp-registry-4 it says: denied");

  // The right to read it came with a later version than the kind.
  Status answer(Code::Forbidden, "no right");
  o.api.fail_with(
      [&](const kube::ApiCall& call) { return call.type == certificate_request_type() ? answer : Status(); });
  CHECK(read().empty());
  answer = Status(Code::Unavailable, "try again");
  CHECK(read().empty());
  o.api.fail_with({});

  put_certificate("False", 3, "uid-of-another");
  CHECK(read().empty());
  put_certificate("True", 3, its);
  CHECK(read().empty());
  CHECK(o.api.count("GET certificaterequests") == 0);
}

TEST_CASE("nothing is made of a Registry before it is known whether this is OpenShift") {
  RegistryObserving o;
  o.api.fail_with([](const kube::ApiCall& call) {
    return call.verb == kube::ApiCall::Verb::Raw ? Status(Code::Unavailable, "the aggregator is down")
                                                 : Status();
  });
  CHECK(o.observe().status().code() == Code::Unavailable);
}

TEST_CASE(
    "who the operator is is read for a registry that asks for certificates, and for no other with TLS") {
  RegistryObserving o;
  const Json plain = {{"tls", {{"source", "ServiceCA"}}}};
  Json asking = plain;
  asking["tls"]["clientAuthentication"] = {{"ca", {{"secretKeyRef", {{"name", "clients"}}}}}};
  CHECK(o.observe(plain)->identity.ok());
  CHECK(o.observe(plain)->inputs.operator_certificates.empty());
  CHECK(o.observe(asking)->identity.code() == Code::NotFound);
  o.api.put(secret_type(), {{"metadata", {{"namespace", "toolhive-system"}, {"name", kIdentitySecret}}}});
  const auto seen = o.observe(asking);
  CHECK(seen->identity.ok());
  CHECK(seen->inputs.operator_certificates.find("BEGIN CERTIFICATE") != std::string::npos);
  CHECK_FALSE(seen->inputs.operator_keys);
}

TEST_SUITE_END();
