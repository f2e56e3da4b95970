// Status, withdrawal and purge of tools, and what changed between their versions, over the API.
#include <doctest/doctest.h>

#include "cost.hpp"
#include "registry/model/tool_diff.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

const std::string kForecast = "/api/v1/tools/forecast";

std::string forecast(const std::string& version, const std::string& schema = R"({"type":"object"})") {
  return R"({"name":"forecast","version":")" + version + R"(","inputSchema":)" + schema + "}";
}

}  // namespace

TEST_CASE("a deprecated tool is served with its message and replacement, until it is active again") {
  Service service;
  service.post(forecast("1.0.0"));
  service.post(forecast("1.1.0"));
  const auto before = service.get(kForecast);
  const auto changed = service.patch(
      kForecast, R"({"status":"deprecated","statusMessage":"Use the \"new\" one","replacement":"outlook"})");
  CHECK(changed.status == 200);
  CHECK(changed.header("ETag") != before.header("ETag"));
  CHECK(*service.get(kForecast).body == *changed.body);
  auto tool = body_of(changed);
  CHECK(tool["version"] == "1.1.0");
  CHECK(tool["status"] == "deprecated");
  CHECK(tool["statusMessage"] == "Use the \"new\" one");
  CHECK(tool["replacement"] == "outlook");
  CHECK(tool["statusChangedAt"] == "2001-09-09T01:46:40.000002Z");
  CHECK(tool["digest"] == body_of(before)["digest"]);
  CHECK(body_of(service.get(kForecast + "/versions/1.0.0"))["status"] == "deprecated");
  CHECK(body_of(service.get(kForecast + "/versions"))["versions"][1]["status"] == "deprecated");
  // The content is what it was, so registering it again changes nothing.
  CHECK(service.post(forecast("1.1.0")).status == 200);
  CHECK(body_of(service.get(kForecast))["status"] == "deprecated");

  CHECK(service.patch(kForecast, R"({"status":"active"})").status == 200);
  tool = body_of(service.get(kForecast));
  CHECK(tool["status"] == "active");
  CHECK_FALSE(tool.contains("statusMessage"));
  CHECK_FALSE(tool.contains("replacement"));
}

TEST_CASE("a version is deprecated alone, and a version registered later is active") {
  Service service;
  service.post(forecast("1.0.0"));
  service.post(forecast("1.1.0"));
  const auto one = service.patch(kForecast + "/versions/1.0.0", R"({"status":"deprecated"})");
  CHECK(one.status == 200);
  CHECK(body_of(one)["version"] == "1.0.0");
  CHECK_FALSE(body_of(service.get(kForecast)).contains("status"));
  CHECK(service.patch(kForecast, R"({"status":"deprecated"})").status == 200);
  CHECK(service.post(forecast("1.2.0")).status == 201);
  CHECK_FALSE(body_of(service.get(kForecast)).contains("status"));
}

TEST_CASE("the same status again changes nothing") {
  Service service;
  service.post(forecast("1.0.0"));
  const auto untouched = service.patch(kForecast, R"({"status":"active"})");
  CHECK(untouched.status == 200);
  CHECK(untouched.header("ETag") == service.get(kForecast).header("ETag"));
  const auto first = service.patch(kForecast, R"({"status":"deprecated"})");
  const auto second = service.patch(kForecast, R"({"status":"deprecated"})");
  CHECK(second.header("ETag") == first.header("ETag"));
}

TEST_CASE("a change of status answers what is wrong with it") {
  Service service;
  service.post(forecast("1.0.0"));
  CHECK(service.patch(kForecast, "{").status == 400);
  CHECK(service.patch(kForecast, "[]").status == 400);
  for (const char* body :
       {"{}", R"({"status":"active","statusMessage":"x"})", R"({"status":"active","replacement":"x"})",
        R"({"status":"deleted"})", R"({"status":1})", R"({"status":"deprecated","why":"x"})",
        R"({"status":"deprecated","replacement":"a b"})"}) {
    CAPTURE(body);
    const auto response = service.patch(kForecast, body);
    CHECK(response.status == 422);
    CHECK_FALSE(body_of(response)["errors"][0]["location"].get<std::string>().empty());
  }
  CHECK(
      service.patch(kForecast, R"({"status":"deprecated","statusMessage":")" + std::string(501, 'x') + "\"}")
          .status == 422);
  CHECK(service.patch("/api/v1/tools/nobody", R"({"status":"deprecated"})").status == 404);
  CHECK(service.patch(kForecast + "/versions/9.0.0", R"({"status":"deprecated"})").status == 404);
  CHECK(service.patch(kForecast, R"({"status":"deprecated"})", "\"stale\"").status == 412);
  CHECK(
      service
          .patch(kForecast, R"({"status":"deprecated"})", std::string(service.get(kForecast).header("ETag")))
          .status == 200);
}

TEST_CASE("only its manager changes the status of a managed entry") {
  Service service;
  service.post(
      R"({"name":"a","inputSchema":{"type":"object"},"managedBy":{"kind":"MCPTool","namespace":"n","name":"m"}})");
  CHECK(service.patch("/api/v1/tools/a", R"({"status":"deprecated"})").status == 409);
  CHECK(service.patch("/api/v1/tools/a?managedBy=MCPTool/n/m", R"({"status":"deprecated"})").status == 200);
}

TEST_CASE("a status of all versions is answered with the latest, also when only an older one changed") {
  Service service;
  service.post(forecast("1.0.0"));
  service.post(forecast("1.1.0"));
  CHECK(service.patch(kForecast + "/versions/1.1.0", R"({"status":"deprecated"})").status == 200);
  CHECK(body_of(service.patch(kForecast, R"({"status":"deprecated"})"))["version"] == "1.1.0");
  CHECK(body_of(service.get(kForecast + "/versions/1.0.0"))["status"] == "deprecated");
}

TEST_CASE("a resource created anew finds the status of its entry as it was") {
  Service service;
  const auto managed = [](const char* uid) {
    return std::string(
               R"({"name":"a","inputSchema":{"type":"object"},"managedBy":{"kind":"MCPTool","namespace":"n","name":"m","uid":")") +
           uid + "\"}}";
  };
  CHECK(service.post(managed("u1")).status == 201);
  CHECK(service
            .patch("/api/v1/tools/a?managedBy=MCPTool/n/m/u1",
                   R"({"status":"deprecated","statusMessage":"Old"})")
            .status == 200);
  CHECK(service.post(managed("u2")).status == 200);
  const auto tool = body_of(service.get("/api/v1/tools/a"));
  CHECK(tool["managedBy"]["uid"] == "u2");
  CHECK(tool["status"] == "deprecated");
  CHECK(tool["statusMessage"] == "Old");
}

TEST_CASE("force withdraws what somebody else manages") {
  Service service;
  service.post(
      R"({"name":"a","inputSchema":{"type":"object"},"managedBy":{"kind":"MCPTool","namespace":"n","name":"m"}})");
  CHECK(service.write("DELETE", "/api/v1/tools/a", "").status == 409);
  CHECK(service.write("DELETE", "/api/v1/tools/a?force=true", "").status == 204);
}

TEST_CASE("whatever changes in the list of versions gives it another entity tag") {
  Service service;
  for (const char* version : {"1.0.0", "1.1.0", "2.0.0"}) service.post(forecast(version));
  CHECK(service.write("DELETE", kForecast + "/versions/1.0.0", "").status == 204);
  const auto tag = [&] {
    return std::string(service.get(kForecast + "/versions?withdrawn=true").header("ETag"));
  };
  const auto first = tag();
  CHECK(service.patch(kForecast + "/versions/1.1.0", R"({"status":"deprecated"})").status == 200);
  const auto second = tag();
  CHECK(second != first);
  // One withdrawn version in place of another.
  service.post(forecast("0.5.0"));
  CHECK(service.write("DELETE", kForecast + "/versions/0.5.0", "").status == 204);
  CHECK(service.write("DELETE", kForecast + "/versions/1.0.0?purge=true", "").status == 204);
  CHECK(tag() != second);
}

TEST_CASE("a status outlives a restart, and does not decide which of equal versions is the latest") {
  Service service;
  service.post(forecast("1.0.0+a"));
  service.post(forecast("1.0.0+b", R"({"type":"object","title":"b"})"));
  const auto latest = body_of(service.get(kForecast))["version"];
  const std::string other = latest == "1.0.0+a" ? "1.0.0+b" : "1.0.0+a";
  CHECK(service.patch(kForecast + "/versions/" + other, R"({"status":"deprecated"})").status == 200);
  CHECK(service.patch(kForecast + "/versions/" + latest.get<std::string>(), R"({"status":"deprecated"})")
            .status == 200);
  const auto before = service.get(kForecast);
  service.reopen();
  const auto after = service.get(kForecast);
  CHECK(*after.body == *before.body);
  CHECK(after.header("ETag") == before.header("ETag"));
}

TEST_CASE("a purged version is as if it had never been, and its number free for other content") {
  Service service;
  service.post(forecast("1.0.0"));
  service.post(forecast("1.1.0"));
  CHECK(service.write("DELETE", kForecast + "/versions/1.0.0", "").status == 204);
  CHECK(service.post(forecast("1.0.0", R"({"type":"object","title":"x"})")).status == 409);
  const auto listed_before = body_of(service.get(kForecast + "/versions?withdrawn=true"));
  REQUIRE(listed_before["withdrawn"].size() == 1);
  CHECK(listed_before["withdrawn"][0]["version"] == "1.0.0");
  CHECK_FALSE(body_of(service.get(kForecast + "/versions")).contains("withdrawn"));

  CHECK(service.write("DELETE", kForecast + "/versions/1.0.0?purge=true", "").status == 204);
  CHECK(body_of(service.get(kForecast + "/versions?withdrawn=true"))["withdrawn"].empty());
  CHECK(service.write("DELETE", kForecast + "/versions/1.0.0?purge=true", "").status == 404);
  service.reopen();
  CHECK(service.post(forecast("1.0.0", R"({"type":"object","title":"x"})")).status == 201);
  CHECK(body_of(service.get(kForecast))["version"] == "1.1.0");
}

TEST_CASE("a purged tool leaves nothing, also when it was withdrawn before") {
  Service service;
  service.post(forecast("1.0.0"));
  CHECK(service.write("DELETE", kForecast, "").status == 204);
  CHECK(service.write("DELETE", kForecast, "").status == 404);
  CHECK(body_of(service.get(kForecast + "/versions?withdrawn=true"))["withdrawn"].size() == 1);
  CHECK(service.write("DELETE", kForecast + "?purge=yes", "").status == 400);
  CHECK(service.write("DELETE", kForecast + "?purge=true", "").status == 204);
  CHECK(service.write("DELETE", kForecast + "?purge=true", "").status == 404);
  CHECK(service.get(kForecast + "/versions?withdrawn=true").status == 404);
  // Without a version it starts to count anew.
  CHECK(body_of(service.post(R"({"name":"forecast","inputSchema":{"type":"object"}})"))["version"] ==
        "0.1.0");
}

TEST_CASE("the difference between two versions says whether callers can go on, and what did it") {
  Service service;
  service.post(forecast("1.0.0", R"({"type":"object","properties":{"city":{"type":"string"}}})"));
  service.post(forecast(
      "1.1.0", R"({"type":"object","properties":{"city":{"type":"string"},"day":{"type":"string"}}})"));
  service.post(
      forecast("2.0.0", R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})"));
  const auto compatible = body_of(service.get(kForecast + "/diff?from=1.0.0&to=1.1.0"));
  const auto contract = [&](const char* version) {
    return body_of(service.get(kForecast + "/versions/" + version))["contractDigest"].dump();
  };
  CHECK(
      compatible.dump() ==
      R"({"name":"forecast","from":"1.0.0","to":"1.1.0","fromContractDigest":)" + contract("1.0.0") +
          R"(,"toContractDigest":)" + contract("1.1.0") +
          R"(,"compatible":true,"verdict":"compatible","changes":[{"change":"compatible","pointer":"/inputSchema/properties/day","keyword":"properties",)"
          R"("message":"is a new property"}]})");
  const auto latest = body_of(service.get(kForecast + "/diff"));
  CHECK(latest["from"] == "1.1.0");
  CHECK(latest["to"] == "2.0.0");
  CHECK(latest["compatible"] == false);
  CHECK(latest["changes"].back()["pointer"] == "/inputSchema/required");
  CHECK(body_of(service.get(kForecast + "/diff?from=2.0.0&to=2.0.0"))["changes"].empty());

  const auto first = service.get(kForecast + "/diff?to=1.1.0");
  CHECK(body_of(first)["from"] == "1.0.0");
  CHECK(service.get(kForecast + "/diff?to=1.1.0", std::string(first.header("ETag"))).status == 304);
  // Another program may say something else of the same two.
  CHECK(first.header("ETag").ends_with("-" + std::string(kComparisonVersion) + "\""));
  CHECK(service.get(kForecast + "/diff?to=1.0.0").status == 404);
  CHECK(service.get(kForecast + "/diff?from=9.0.0").status == 404);
  CHECK(service.get(kForecast + "/diff?to=9.0.0").status == 404);
  CHECK(service.get(kForecast + "/diff?old=1").status == 400);
  CHECK(service.get("/api/v1/tools/nobody/diff").status == 404);
}

namespace {

// An input schema with many properties of a type, some of which are required.
std::string wide_schema(std::size_t size, const std::string& name, const char* type, const char* more = "") {
  std::string out = R"({"type":"object","properties":{)";
  for (std::size_t i = 0; i < size; ++i)
    out += (i == 0 ? "\"" : ",\"") + name + std::to_string(i) + R"(":{"type":")" + type + "\"}";
  return out + "}" + more + "}";
}

}  // namespace

TEST_CASE("a comparison of more changes than anybody reads says that it is cut, and keeps its verdict") {
  Service service;
  REQUIRE(service.post(forecast("1.0.0", wide_schema(1'500, "p", "integer"))).status == 201);
  REQUIRE(service.post(forecast("2.0.0", wide_schema(1'500, "p", "number"))).status == 201);
  REQUIRE(
      service.post(forecast("3.0.0", wide_schema(1'500, "p", "integer", R"(,"required":["p0"])"))).status ==
      201);
  const auto wider = body_of(service.get(kForecast + "/diff?from=1.0.0&to=2.0.0"));
  CHECK(wider["compatible"] == true);
  CHECK(wider["changes"].size() == 1'000);
  CHECK(wider["truncated"] == true);
  CHECK(wider["total"] == 1'500);
  const auto narrower = body_of(service.get(kForecast + "/diff?from=2.0.0&to=3.0.0"));
  CHECK(narrower["compatible"] == false);
  CHECK(narrower["total"] == 1'501);
  const auto whole = body_of(service.get(kForecast + "/diff?from=1.0.0&to=3.0.0"));
  CHECK(whole["changes"].size() == 1);
  CHECK_FALSE(whole.contains("truncated"));
  CHECK_FALSE(whole.contains("total"));
}

TEST_CASE("a comparison has bounded bytes, of which the breaking changes get the first") {
  // Pointers of 950 bytes make a megabyte of 990 changes. The breaking one is found last.
  Service service;
  const auto nested = [](const char* type, const char* more) {
    return R"({"type":"object","properties":{")" + std::string(900, 'a') + R"(":)" +
           wide_schema(990, "p", type) + "}" + more + "}";
  };
  REQUIRE(service.post(forecast("1.0.0", nested("integer", ""))).status == 201);
  REQUIRE(service.post(forecast("2.0.0", nested("number", R"(,"required":["a"])"))).status == 201);
  const auto response = service.get(kForecast + "/diff");
  CHECK(response.body->size() < 600'000);
  const auto diff = body_of(response);
  CHECK(diff["compatible"] == false);
  CHECK(diff["truncated"] == true);
  CHECK(diff["total"] == 991);
  CHECK(diff["changes"].size() > 400);
  CHECK(diff["changes"][0]["change"] == "breaking");
  CHECK(diff["changes"][1]["pointer"] ==
        "/inputSchema/properties/" + std::string(900, 'a') + "/properties/p0/type");
}

TEST_CASE("comparing two versions takes time in proportion to their size, whatever is in them") {
  const double grown = growth(1'250, [](std::size_t size) {
    std::string meta = R"("_meta":{"m":0)";
    for (std::size_t i = 0; i < size; ++i) meta += ",\"m" + std::to_string(i) + "\":1";
    auto service = std::make_shared<Service>();
    for (const char* version : {"1.0.0", "2.0.0"}) {
      REQUIRE(service
                  ->post(std::string(R"({"name":"forecast","version":")") + version + R"(","title":")" +
                         version + R"(","inputSchema":{"type":"object"},)" + meta + "}}")
                  .status == 201);
    }
    return [service] { CHECK(service->get(kForecast + "/diff").status == 200); };
  });
  CHECK(grown < kLinear);
}

TEST_CASE("a condition on a version is on that version's own entity tag") {
  Service service;
  const std::string tool = "/api/v1/tools/conditional";
  for (const char* version : {"1.0.0", "2.0.0"}) {
    CHECK(service
              .post(R"({"name":"conditional","version":")" + std::string(version) +
                    R"(","inputSchema":{"type":"object"}})")
              .status == 201);
  }
  const std::string first(service.get(tool + "/versions/1.0.0").header("ETag"));
  const std::string latest(service.get(tool).header("ETag"));
  const std::string deprecate = R"({"status":"deprecated"})";
  CHECK(service.patch(tool + "/versions/1.0.0", deprecate, latest).status == 412);
  CHECK(service.write("DELETE", tool + "/versions/1.0.0", "", latest).status == 412);
  CHECK(service.patch(tool + "/versions/1.0.0", deprecate, first).status == 200);
  CHECK(service.write("DELETE", tool + "/versions/1.0.0", "", first).status == 412);
  const std::string changed(service.get(tool + "/versions/1.0.0").header("ETag"));
  CHECK(service.write("DELETE", tool + "/versions/1.0.0", "", changed).status == 204);
  CHECK(service.write("DELETE", tool, "", changed).status == 412);
  CHECK(service.write("DELETE", tool, "", latest).status == 204);
}
