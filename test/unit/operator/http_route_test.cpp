// A Registry behind a Gateway: the HTTPRoute that is made, and what is read from its parents.
#include <doctest/doctest.h>

#include "controller/operator/registry/http_route_state.hpp"
#include "controller/operator/registry/validation.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/operator/make.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Offered;

// A spec with an HTTPRoute for a Gateway of another namespace.
Json routed(const Json& more = Json::object()) {
  Json exposure = {{"type", "HTTPRoute"},
                   {"parentRefs", {{{"name", "public"}, {"namespace", "gateways"}}}},
                   {"hostnames", {"*.example.com", "mcp.example.com"}}};
  exposure.update(more);
  return {{"exposure", std::move(exposure)}};
}

Json parent_condition(const char* type, const char* status, const char* reason, std::int64_t generation = 3) {
  Json condition = told_condition(type, status, reason, generation);
  condition["message"] = "words of the gateway";
  return condition;
}

Json parent(const char* name, const Json& conditions) {
  return {{"parentRef", {{"name", name}, {"namespace", "gateways"}}},
          {"controllerName", "example.com/gateway"},
          {"conditions", conditions}};
}

const Json kTaken = {parent_condition("Accepted", "True", "Accepted"),
                     parent_condition("ResolvedRefs", "True", "ResolvedRefs")};
const Json kNotAllowed = {parent_condition("Accepted", "False", "NotAllowedByListeners"),
                          parent_condition("ResolvedRefs", "True", "ResolvedRefs")};

// The HTTPRoute of generation 3 with what its parents say.
Json seen_route(const Json& parents) {
  return {{"metadata", {{"name", "mcp-registry"}, {"namespace", "mcp"}, {"generation", 3}}},
          {"status", {{"parents", parents}}}};
}

kube::Object gateway(const Json& listeners, const char* name = "public") {
  return *kube::Object::from({{"apiVersion", "gateway.networking.k8s.io/v1"},
                              {"kind", "Gateway"},
                              {"metadata", {{"name", name}, {"namespace", "gateways"}}},
                              {"spec", {{"listeners", listeners}}}});
}

const Json kListeners = {
    {{"name", "plain"}, {"protocol", "HTTP"}, {"port", 80}},
    {{"name", "tls"}, {"protocol", "HTTPS"}, {"port", 8443}, {"hostname", "*.example.com"}},
    {{"name", "other"}, {"protocol", "HTTPS"}, {"port", 443}, {"hostname", "else.example.org"}}};

ExposureState judged(const Json& spec, const Json& parents, const std::vector<kube::Object>& gateways = {}) {
  const Json route = seen_route(parents);
  return observe_http_route(inputs(spec).spec.exposure, Offered::Yes, &route, gateways);
}

std::string url_at(const Json& spec, const Json& listeners) {
  return judged(spec, Json::array({parent("public", kTaken)}), {gateway(listeners)}).url;
}

}  // namespace

TEST_SUITE_BEGIN("a Registry behind a Gateway");

TEST_CASE("the HTTPRoute leads all paths of its hosts to the Service, with nothing left to be filled in") {
  const Json made = http_route(inputs(routed({{"annotations", {{"a", "b"}}}})));
  CHECK(at(made, "/metadata/annotations/a") == "b");
  CHECK(at(made, "/spec/hostnames") == Json::array({"*.example.com", "mcp.example.com"}));
  CHECK(at(made, "/spec/parentRefs") == Json::array({{{"group", "gateway.networking.k8s.io"},
                                                      {"kind", "Gateway"},
                                                      {"name", "public"},
                                                      {"namespace", "gateways"}}}));
  REQUIRE(at(made, "/spec/rules").size() == 1);
  CHECK(at(made, "/spec/rules/0/matches") ==
        Json::array({{{"path", {{"type", "PathPrefix"}, {"value", "/"}}}}}));
  CHECK(at(made, "/spec/rules/0/backendRefs") ==
        Json::array(
            {{{"group", ""}, {"kind", "Service"}, {"name", "mcp-registry"}, {"port", 8080}, {"weight", 1}}}));
  CHECK_FALSE(has(made, "/spec/rules/0/filters"));
  CHECK_FALSE(has(http_route(inputs(routed({{"hostnames", Json::array()}}))), "/spec/hostnames"));
}

TEST_CASE("a listener can be chosen by its name or its port, and a parent be of another kind") {
  const Json made = http_route(inputs(routed(
      {{"parentRefs",
        {{{"name", "mesh"}, {"group", ""}, {"kind", "Service"}, {"sectionName", "tls"}, {"port", 8443}}}}})));
  CHECK(at(made, "/spec/parentRefs/0") ==
        Json{{"group", ""}, {"kind", "Service"}, {"name", "mesh"}, {"sectionName", "tls"}, {"port", 8443}});
}

TEST_CASE("below a prefix paths are rewritten, the registry is told of it, and the folder gets its slash") {
  const RegistryInputs given = inputs(routed({{"pathPrefix", "/tools"}}));
  const Json made = http_route(given);
  REQUIRE(at(made, "/spec/rules").size() == 2);
  const Json& serving = at(made, "/spec/rules/0");
  CHECK(at(serving, "/matches/0/path") == Json{{"type", "PathPrefix"}, {"value", "/tools"}});
  CHECK(at(serving, "/filters/0/urlRewrite/path") ==
        Json{{"type", "ReplacePrefixMatch"}, {"replacePrefixMatch", "/"}});
  CHECK(at(serving, "/filters/1/requestHeaderModifier/set/0") ==
        Json{{"name", "X-Forwarded-Prefix"}, {"value", "/tools"}});
  const Json& leading = at(made, "/spec/rules/1");
  CHECK(at(leading, "/matches/0/path") == Json{{"type", "Exact"}, {"value", "/tools"}});
  CHECK(at(leading, "/filters/0/requestRedirect/path/replaceFullPath") == "/tools/");
  CHECK_FALSE(leading.contains("backendRefs"));
  const Json file = Json::parse(at(server_config_map(given), "/data/server.json").get<std::string>());
  CHECK(file.at("pathPrefix") == "/tools");
}

TEST_CASE("the namespaces of the Gateways are let in, and OpenShift's router is not") {
  const Json policy = network_policy(inputs(routed({{"parentRefs",
                                                     {{{"name", "a"}, {"namespace", "gateways"}},
                                                      {{"name", "b"}, {"namespace", "gateways"}},
                                                      {{"name", "c"}}}}})));
  const std::string peers = at(policy, "/spec/ingress/0/from").dump();
  const std::string wanted = R"({"kubernetes.io/metadata.name":"gateways"})";
  CHECK(peers.find(wanted) != std::string::npos);
  CHECK(peers.find(wanted) == peers.rfind(wanted));
  CHECK(peers.find("policy-group.network.openshift.io/ingress") == std::string::npos);
}

TEST_CASE("it is made in the version that the cluster has, and goes when it is not wanted any more") {
  const auto presence = [](const kube::ResourceType& type, const Json& spec, Offered v1, Offered beta) {
    return row(type).presence(inputs(spec), Cluster{.http_routes = v1, .http_routes_beta = beta});
  };
  const auto yes = Offered::Yes;
  const auto no = Offered::No;
  for (const auto beta : {yes, no}) {
    CHECK(presence(http_route_type(), routed(), yes, beta) == Presence::Applied);
    CHECK(presence(http_route_beta_type(), routed(), yes, beta) == Presence::Untouched);
  }
  CHECK(presence(http_route_type(), routed(), no, yes) == Presence::Untouched);
  CHECK(presence(http_route_beta_type(), routed(), no, yes) == Presence::Applied);
  CHECK(presence(http_route_beta_type(), routed(), Offered::Unknown, yes) == Presence::Untouched);
  for (const char* type : {"Auto", "None", "Route"}) {
    const Json other = {{"exposure", {{"type", type}}}};
    CHECK(presence(http_route_type(), other, yes, no) == Presence::Removed);
    CHECK(presence(http_route_beta_type(), other, no, yes) == Presence::Removed);
    CHECK(presence(http_route_type(), other, no, no) == Presence::Untouched);
  }
  CHECK(presence(route_type(), routed(), yes, no) == Presence::Untouched);
  CHECK(row(ingress_type()).presence(inputs(routed()), Cluster{}) == Presence::Removed);
  CHECK(row(route_type()).presence(inputs(routed()), Cluster{.routes = yes}) == Presence::Removed);
}

TEST_CASE("without parents there is nothing to attach to") {
  const auto refusal = refuse(inputs({{"exposure", {{"type", "HTTPRoute"}}}}), nullptr);
  REQUIRE(refusal);
  CHECK(refusal->message == "spec.exposure.parentRefs: is needed with type HTTPRoute");
  CHECK_FALSE(refuse(inputs(routed()), nullptr));
}

TEST_CASE("a cluster without the Gateway API is told as that, and no registry waits for it") {
  const auto spec = inputs(routed()).spec.exposure;
  const ExposureState missing = observe_http_route(spec, Offered::No, nullptr, {});
  CHECK(missing.exposed.reason == "HTTPRouteAPIMissing");
  const ExposureState unknown = observe_http_route(spec, Offered::Unknown, nullptr, {});
  CHECK(unknown.exposed.status == runtime::ConditionStatus::Unknown);
  const ExposureState pending = observe_http_route(spec, Offered::Yes, nullptr, {});
  CHECK(pending.exposed.reason == "HTTPRoutePending");
  for (const ExposureState& state : {missing, unknown, pending}) CHECK_FALSE(state.required);

  using C = Cluster;
  CHECK(offers_http_routes(C{.http_routes = Offered::No, .http_routes_beta = Offered::Yes}) == Offered::Yes);
  CHECK(offers_http_routes(C{.http_routes = Offered::Unknown, .http_routes_beta = Offered::No}) ==
        Offered::Unknown);
  CHECK(offers_http_routes(C{.http_routes = Offered::No, .http_routes_beta = Offered::No}) == Offered::No);
}

TEST_CASE("it is exposed once one parent accepts the HTTPRoute as it is and resolves what it leads to") {
  CHECK(judged(routed(), Json::array()).exposed.reason == "HTTPRoutePending");
  const Json stale = {parent_condition("Accepted", "True", "Accepted", 2),
                      parent_condition("ResolvedRefs", "True", "ResolvedRefs", 2)};
  CHECK(judged(routed(), Json::array({parent("public", stale)})).exposed.reason == "HTTPRoutePending");
  const Json half = {parent_condition("Accepted", "True", "Accepted")};
  CHECK(judged(routed(), Json::array({parent("public", half)})).exposed.reason == "HTTPRoutePending");

  const ExposureState taken = judged(routed(), {parent("private", kNotAllowed), parent("public", kTaken)});
  CHECK(taken.exposed.holds());
  CHECK(taken.exposed.reason == "HTTPRouteAccepted");
  CHECK(taken.exposed.message.find("gateways/public") != std::string::npos);
}

TEST_CASE("a refusal is told with the parent's reason and words, and has no address") {
  const Json unresolved = {parent_condition("Accepted", "True", "Accepted"),
                           parent_condition("ResolvedRefs", "False", "BackendNotFound")};
  for (const auto& [conditions, reason] :
       {std::pair{kNotAllowed, "NotAllowedByListeners"}, std::pair{unresolved, "BackendNotFound"}}) {
    const ExposureState refused = judged(routed(), Json::array({parent("public", conditions)}));
    CHECK(refused.exposed.status == runtime::ConditionStatus::False);
    CHECK(refused.exposed.reason == "HTTPRouteRefused");
    CHECK(refused.exposed.message ==
          std::string("gateways/public refuses the HTTPRoute: ") + reason + ": words of the gateway");
    CHECK(refused.url.empty());
    CHECK_FALSE(refused.required);
  }
  const Json stale = {parent_condition("Accepted", "False", "NotAllowedByListeners", 2)};
  CHECK(judged(routed(), Json::array({parent("public", stale)})).exposed.reason == "HTTPRoutePending");
}

TEST_CASE("the URL has the first host that is no wildcard, and scheme and port of the listener") {
  CHECK(url_at(routed(), kListeners) == "https://mcp.example.com:8443");
  CHECK(url_at(routed({{"pathPrefix", "/tools"}}), kListeners) == "https://mcp.example.com:8443/tools");
  CHECK(url_at(routed(), Json::array({kListeners[0]})) == "http://mcp.example.com");
  const auto section = [](const char* name) {
    return Json::array(
        {{{"parentRef", {{"name", "public"}, {"namespace", "gateways"}, {"sectionName", name}}},
          {"conditions", kTaken}}});
  };
  CHECK(judged(routed(), section("plain"), {gateway(kListeners)}).url == "http://mcp.example.com");
  // Of a Gateway that cannot be read.
  CHECK(judged(routed(), Json::array({parent("public", kTaken)})).url == "https://mcp.example.com");
  // Without a host in the spec it is the listener's, if that is one.
  const Json none = routed({{"hostnames", Json::array()}});
  CHECK(url_at(none, kListeners).empty());
  CHECK(url_at(none, Json::array({kListeners[2]})) == "https://else.example.org");
  CHECK(url_at(routed({{"hostnames", {"*.example.com"}}}), kListeners).empty());
}

TEST_CASE("what a Gateway's controller writes is read with care") {
  for (const Json& parents : {Json("text"), Json::array({1, nullptr, Json::object()}),
                              Json::array({{{"parentRef", 5}, {"conditions", {1, {{"type", 7}}}}}})}) {
    CAPTURE(parents.dump());
    CHECK(judged(routed(), parents).exposed.reason == "HTTPRoutePending");
  }
  const Json parents = Json::array({parent("public", kTaken)});
  for (const Json& listeners : {Json("text"), Json::array({1}), Json::array({{{"port", "80"}}})})
    CHECK(judged(routed(), parents, {gateway(listeners)}).exposed.holds());
}

TEST_CASE("Gateways are read where an HTTPRoute is wanted and can be made, as far as they may be") {
  testing::FakeApi api;
  testing::SimulatedClock clock;
  const Context ctx{{}, TimePoint::max(), clock, {}};
  Json document = gateway(kListeners).json();
  api.put(gateway_type(), document);
  document["apiVersion"] = gateway_beta_type().api_version();
  api.put(gateway_beta_type(), document);
  const Cluster offering{.http_routes = Offered::Yes};
  const auto read = [&](const Json& spec, const Cluster& cluster) {
    return read_gateways(ctx, api, inputs(spec), cluster);
  };
  REQUIRE(read(routed(), offering).ok());
  CHECK(read(routed(), offering)->size() == 1);
  CHECK(read(Json::object(), offering)->empty());
  CHECK(read(routed(), Cluster{})->empty());
  const Json others = {{{"name", "absent"}},
                       {{"name", "public"}, {"namespace", "gateways"}, {"kind", "Service"}}};
  CHECK(read(routed({{"parentRefs", others}}), offering)->empty());

  Status answer(Code::Forbidden, "no right");
  api.fail_with([&](const kube::ApiCall& call) { return call.type == gateway_type() ? answer : Status(); });
  CHECK(read(routed(), offering)->empty());
  answer = Status(Code::Unavailable, "no leader");
  CHECK(read(routed(), offering).status().code() == Code::Unavailable);
}

TEST_SUITE_END();
