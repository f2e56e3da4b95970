// POST /api/v1/compare
#include <doctest/doctest.h>

#include "controller/base/sha256.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

const std::string kCompare = "/api/v1/compare";

// A tool whose input needs what is named.
std::string needing(const std::string& required, const std::string& more = "") {
  return R"({"name":"a",)" + more +
         R"("inputSchema":{"type":"object","properties":{"x":{},"y":{}},"required":[)" + required + "]}}";
}

Response compare(Service& service, const std::string& from, const std::string& to) {
  return service.write("POST", kCompare, R"({"from":)" + from + R"(,"to":)" + to + "}");
}

}  // namespace

TEST_CASE("two definitions are compared without being registered") {
  Service service;
  const auto answer = compare(service, needing(""), needing(R"("x")", R"("version":"2.0.0",)"));
  CHECK(answer.status == 200);
  const auto document = body_of(answer);
  const auto digest_of = [](const std::string& definition) {
    return "sha256:" + toolhive::to_hex(parse_definition(definition, {})->contract_digest);
  };
  CHECK(document["name"] == "a");
  CHECK_FALSE(document.contains("from"));
  CHECK(document["to"] == "2.0.0");
  CHECK(document["fromContractDigest"] == digest_of(needing("")));
  CHECK(document["toContractDigest"] == digest_of(needing(R"("x")")));
  CHECK(document["compatible"] == false);
  CHECK(document["verdict"] == "breaking");
  CHECK(document["changes"].dump() ==
        R"([{"change":"breaking","pointer":"/inputSchema/required","keyword":"required",)"
        R"("message":"has \"x\" added"}])");
  CHECK(service.get("/api/v1/tools/a").status == 404);
}

TEST_CASE("a registered version is compared by its name, and answers as the difference of two of them does") {
  Service service;
  REQUIRE(service.post(needing("", R"("version":"1.0.0",)")).status == 201);
  REQUIRE(service.post(needing("", R"("version":"1.1.0","title":"t",)")).status == 201);
  const auto by_name = compare(service, R"({"name":"a","version":"1.0.0"})", R"({"name":"a"})");
  CHECK(by_name.status == 200);
  CHECK(*by_name.body == *service.get("/api/v1/tools/a/diff?from=1.0.0&to=1.1.0").body);
  CHECK(body_of(by_name)["verdict"] == "review");
  const auto candidate = body_of(compare(service, R"({"name":"a"})", needing("", R"("title":"t",)")));
  CHECK(candidate["changes"].empty());
  CHECK(candidate["fromContractDigest"] == candidate["toContractDigest"]);
}

TEST_CASE("what cannot be compared is refused with its place") {
  Service service;
  REQUIRE(service.post(needing("")).status == 201);
  struct Row {
    std::string from, to;
    unsigned status;
    const char* place;
  };
  const Row rows[] = {
      {R"({"name":"b"})", needing(""), 404, ""},
      {R"({"name":"a","version":"9.0.0"})", needing(""), 404, ""},
      {R"({"version":"9.0.0"})", needing(""), 422, "/from/name"},
      {R"({})", needing(""), 422, "/from/name"},
      {R"({"name":1})", needing(""), 422, "/from/name"},
      {R"({"name":"a","version":1})", needing(""), 422, "/from/version"},
      {needing(""), R"({"name":"a","inputSchema":{"type":"no"}})", 422, "/to/inputSchema/type"},
      {needing(""), needing("", R"("digest":"x",)"), 422, "/to/digest"},
      {needing(""), "1", 400, "/to"},
      {needing(""), needing("", R"("_meta":{"x":")" + std::string(260 * 1024, 'x') + R"("},)"), 413, "/to"},
  };
  for (const auto& [from, to, status, place] : rows) {
    CAPTURE(from);
    CAPTURE(to.substr(0, 100));
    const auto refused = compare(service, from, to);
    CHECK(refused.status == status);
    const auto problem = body_of(refused);
    if (*place != '\0') CHECK(problem["errors"][0]["location"] == place);
  }
  for (const char* body : {"", "[]", "{}", R"({"from":{}})", R"({"from":{},"to":{},"also":1})", "{"})
    CHECK_MESSAGE(service.write("POST", kCompare, body).status == 400, body);
  CHECK(service.write("POST", kCompare + "?x=1", "{}").status == 400);
  CHECK(service.get(kCompare).status == 405);
  Request untyped;
  untyped.method = "POST";
  untyped.target = kCompare;
  CHECK(service.send(untyped).status == 415);
}
