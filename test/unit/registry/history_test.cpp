// GET /api/v1/tools/{name}/history
#include <doctest/doctest.h>

#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

const std::string kHistory = "/api/v1/tools/a/history";

std::string version_of_a(const std::string& version, const std::string& more) {
  return R"({"name":"a","version":")" + version +
         R"(","inputSchema":{"type":"object","properties":{"x":{}})" + more + "}}";
}

// 1.0.0; 1.1.0 changes its text; 2.0.0 demands x; 2.0.1 only has another tag.
void register_four(Service& service) {
  for (const auto& body :
       {version_of_a("1.0.0", ""), version_of_a("1.1.0", R"(,"description":"more")"),
        version_of_a("2.0.0", R"(,"description":"more","required":["x"])"),
        R"({"tags":["t"],)" + version_of_a("2.0.1", R"(,"description":"more","required":["x"])").substr(1)})
    REQUIRE(service.post(body).status == 201);
}

// A description of so many bytes makes documents of a size.
std::string large_version(int patch) {
  return R"({"name":"a","version":"1.0.)" + std::to_string(patch) + R"(","_meta":{"x":")" +
         std::string(200'000, 'x') + R"("},"inputSchema":{"type":"object"}})";
}

}  // namespace

TEST_CASE("the history of a tool says of each version what it did to the contract of the one before it") {
  Service service;
  register_four(service);
  const auto answer = service.get(kHistory);
  CHECK(answer.status == 200);
  const auto history = body_of(answer);
  CHECK(history["name"] == "a");
  REQUIRE(history["versions"].size() == 4);
  const std::pair<std::string, std::string> expected[] = {
      {"2.0.1", R"({"breaking":0,"review":0,"compatible":1})"},
      {"2.0.0", R"({"breaking":1,"review":0,"compatible":0})"},
      {"1.1.0", R"({"breaking":0,"review":1,"compatible":0})"}};
  const char* const verdicts[] = {"compatible", "breaking", "review"};
  const char* const previous[] = {"2.0.0", "1.1.0", "1.0.0"};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    const auto& each = history["versions"][i];
    CHECK(each["version"] == expected[i].first);
    CHECK(each["changes"] == Json::parse(expected[i].second));
    CHECK(each["verdict"] == verdicts[i]);
    CHECK(each["previous"] == previous[i]);
    const auto tool = body_of(service.get("/api/v1/tools/a/versions/" + expected[i].first));
    CHECK(each["contractDigest"] == tool["contractDigest"]);
    CHECK(each["registeredAt"] == tool["registeredAt"]);
  }
  const auto& first = history["versions"][3];
  CHECK(first["version"] == "1.0.0");
  CHECK_FALSE(first.contains("previous"));
  CHECK_FALSE(first.contains("verdict"));
  CHECK_FALSE(first.contains("changes"));
}

TEST_CASE("the verdicts of the history are those of the comparison of two versions") {
  Service service;
  register_four(service);
  const auto history = body_of(service.get(kHistory));
  for (const auto& each : history["versions"]) {
    if (!each.contains("previous")) continue;
    const auto diff = body_of(service.get("/api/v1/tools/a/diff?from=" + each["previous"].get<std::string>() +
                                          "&to=" + each["version"].get<std::string>()));
    CHECK(each["verdict"] == diff["verdict"]);
    CHECK(each["changes"]["breaking"].get<int>() + each["changes"]["review"].get<int>() +
              each["changes"]["compatible"].get<int>() ==
          static_cast<int>(diff["changes"].size()));
  }
}

TEST_CASE("a long history is read piece by piece, from the version before the last one told") {
  Service service;
  register_four(service);
  std::vector<std::string> seen;
  std::string next = "2.0.1";
  while (!next.empty()) {
    const auto page = body_of(service.get(kHistory + "?limit=2&to=" + next));
    CHECK(page["versions"].size() <= 2);
    for (const auto& each : page["versions"]) seen.push_back(each["version"]);
    next = page["versions"].back().value("previous", "");
  }
  CHECK(seen == std::vector<std::string>{"2.0.1", "2.0.0", "1.1.0", "1.0.0"});
}

TEST_CASE("the documents that one answer compares have a bound, and there is always a step forward") {
  Service service;
  constexpr int kVersions = 12;
  for (int i = 0; i < kVersions; ++i) REQUIRE(service.post(large_version(i)).status == 201);
  const auto page = body_of(service.get(kHistory));
  // A mebibyte has room for five of 200,000 bytes.
  REQUIRE(page["versions"].size() == 5);
  CHECK(page["versions"].back()["previous"] == "1.0.6");
  const auto rest = body_of(service.get(kHistory + "?to=1.0.1"));
  CHECK(rest["versions"].size() == 2);
}

TEST_CASE("the entity tag of a history stays until a version comes, changes or goes") {
  Service service;
  register_four(service);
  const auto tag = [&] { return std::string(service.get(kHistory).header("ETag")); };
  const auto before = tag();
  CHECK(service.get(kHistory, before).status == 304);
  REQUIRE(service.post(version_of_a("3.0.0", "")).status == 201);
  CHECK(service.get(kHistory, before).status == 200);
  const auto with_third = tag();
  REQUIRE(service.write("DELETE", "/api/v1/tools/a/versions/1.1.0", "").status == 204);
  CHECK(tag() != with_third);
  CHECK(body_of(service.get(kHistory + "?to=2.0.0"))["versions"][0]["previous"] == "1.0.0");
}

TEST_CASE("a history that cannot be told says why") {
  Service service;
  register_four(service);
  for (const char* query : {"?limit=0", "?limit=51", "?limit=x", "?limit=", "?before=1"})
    CHECK_MESSAGE(service.get(kHistory + query).status == 400, query);
  CHECK(detail_of(service.get(kHistory + "?to=9.0.0")).find("no version 9.0.0") != std::string::npos);
  CHECK(service.get("/api/v1/tools/nobody/history").status == 404);
}
