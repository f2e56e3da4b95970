// The worst request to each endpoint and method, measured: time, bytes and memory beside the size
// of what was sent. SHOW_COSTS=1 in the environment prints the table.
#include <doctest/doctest.h>
#include <malloc.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "service_fixture.hpp"
#include "worst_documents.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

// Some ten times what the largest answer needs while it is made.
[[maybe_unused]] constexpr std::size_t kMostGrowth = std::size_t{128} << 20;
constexpr std::size_t kSmallAnswer = 10'000;

struct WorstRequest {
  std::string method, target, body;
  unsigned status = 200;
  std::size_t most_bytes = kSmallAnswer;  // of the answer
  std::string if_match = {};
};

struct RequestCost {
  std::chrono::nanoseconds time{};
  std::size_t answered = 0;
  std::size_t grown = 0;  // bytes, at the peak
};

// A field of the process's status, in bytes.
std::size_t memory_of_process(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field + ":")) return std::stoul(line.substr(field.size() + 1)) * 1024;
  FAIL("the process's status has no ", field);
  return 0;
}

// What is free goes back to the system first, so that what a request takes is seen.
std::size_t begin_peak() {
  malloc_trim(0);
  std::ofstream("/proc/self/clear_refs") << 5;
  return memory_of_process("VmRSS");
}

RequestCost cost_of_request(Service& service, const WorstRequest& worst) {
  CAPTURE(worst.method);
  const std::string shown = worst.target.substr(0, 80);
  CAPTURE(shown);
  RequestCost cost;
  const std::size_t before = begin_peak();
  const auto start = process_time();
  const auto response = service.write(worst.method, worst.target, worst.body, worst.if_match);
  cost.time = process_time() - start;
  const std::size_t peak = memory_of_process("VmHWM");
  cost.grown = peak > before ? peak - before : 0;
  cost.answered = response.body == nullptr ? 0 : response.body->size();
  CHECK(response.status == worst.status);
  CHECK(cost.answered <= worst.most_bytes);
  CHECK(cost.time < kMostTime);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // A sanitizer keeps several bytes of its own for each.
  CHECK(cost.grown < kMostGrowth);
#endif
  return cost;
}

std::string tool_with_meta(const std::string& name, const std::string& version, const std::string& meta) {
  return R"({"name":")" + name + R"(","version":")" + version +
         R"(","inputSchema":{"type":"object"},"_meta":{)" + meta + "}}";
}

// A registry with as much of everything as makes requests dear.
void fill_dearly(Service& service) {
  const auto post = [&](const std::string& definition) { REQUIRE(service.post(definition).status == 201); };
  const std::string text = "\"a.test/text\":\"" + std::string(kLargeBody, 'x') + "\"";
  for (std::size_t i = 100; i < 140; ++i) {
    post(tool_with_meta("big" + number(i), "1.0.0", text));
    REQUIRE(service.write("POST", "/v0.1/publish", server("\"_meta\":{" + text + "}", number(i) + ".0.0"))
                .status == 200);
  }
  for (std::size_t i = 1; i <= 10; ++i)
    post(tool_with_meta("members", number(i) + ".0.0", members(kLargeBody, number(i))));
  for (std::size_t i = 0; i < 1'000; ++i)
    post(tool_with_meta("versions", "1.0." + number(i), "\"i\":" + number(i)));
  for (std::size_t i = 0; i < 4; ++i)
    post(R"({"name":"told)" + number(i) +
         R"(","inputSchema":{"type":"object"},"server":{"name":"io.told/big"},"_meta":{)" +
         members(kLargeBody - 2'000) + "}}");
}

// In this order: what is withdrawn is read before.
std::vector<WorstRequest> worst_requests() {
  const std::string long_query = "?" + std::string(7'900, 'x');
  const auto padded = [&](const char* path, unsigned status = 200, std::size_t bytes = kSmallAnswer) {
    return WorstRequest{"GET", path + long_query, "", status, bytes};
  };
  std::string fields = "/api/v1/tools?limit=100&fields=_meta";
  while (fields.size() < 8'000) fields += ",_meta";
  const std::string objects =
      many(kLargeBody - 1'000, [](std::size_t i) { return R"({"a":)" + number(i) + "}"; });
  const std::string schema = std::string(kDraft7) + "\"enum\":[" + objects + "]";
  const std::string long_variable =
      server(R"("remotes":[{"type":"sse","url":"https://a.example/","variables":{")" +
             std::string(kLargeBody / 2, 'A') + "\":{" + members(kLargeBody / 2 - 2'000) + "}}}]");
  const std::string edited = "\"_meta\":{\"a.test/members\":{" + members(kLargeBody - 2'000) + "}}";
  const std::string deprecated = R"({"status":"deprecated"})";
  const std::string versions = "/v0.1/servers/io.test%2Fworst/versions";
  return {
      {"GET", fields, "", 200, kPageBytes},
      {"GET", "/api/v1/tools?limit=100&search=a+b+ab+ba+aba+bab+abab+baba+x+y+z+big+ig+bi+i+g", "", 200,
       kPageBytes},
      {"POST", "/api/v1/tools", tool("posted", schema), 201, kLargeBody * 2},
      {"GET", "/api/v1/tools/members", "", 200, kLargeBody * 2},
      {"PUT", "/api/v1/tools/members",
       R"({"version":"11.0.0","inputSchema":{"type":"object",)" + schema + "}}", 200, kLargeBody * 2, "*"},
      {"PATCH", "/api/v1/tools/members", deprecated, 200, kPageBytes},
      {"GET", "/api/v1/tools/versions/versions?withdrawn=true", "", 200, 400'000},
      {"GET", "/api/v1/tools/members/versions/1.0.0", "", 200, kLargeBody * 2},
      {"PATCH", "/api/v1/tools/members/versions/1.0.0", R"({"status":"active"})", 200, kLargeBody * 2},
      {"GET", "/api/v1/tools/members/history?limit=50", "", 200, 1'000'000},
      {"GET", "/api/v1/tools/members/diff?from=9.0.0&to=10.0.0", "", 200, 700'000},
      {"POST", "/api/v1/compare",
       "{\"from\":" + tool_with_meta("a", "1.0.0", members(kLargeBody, "1")) +
           ",\"to\":" + tool_with_meta("a", "2.0.0", members(kLargeBody, "2")) + "}",
       200, 700'000},
      padded("/health"),
      padded("/ready"),
      padded("/metrics", 200, 200'000),
      padded("/version"),
      padded("/openapi.json", 200, 300'000),
      {"POST", "/mcp",
       R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"compare_versions","arguments":)"
       R"({"name":"members","from":"9.0.0","to":"10.0.0"}}})",
       200, 700'000},
      padded("/.well-known/oauth-protected-resource", 404),
      padded("/views/managed-settings.json", 400),
      {"GET", "/views/managed-settings.json", "", 200, kSmallAnswer},
      padded("/.well-known/ai-catalog.json", 400),
      {"GET", "/.well-known/ai-catalog.json", "", 200, kSmallAnswer},
      padded("/", 200, 20'000),
      padded("/ui/page.css", 200, 50'000),
      {"GET", "/v0.1/servers?limit=100&search=worst", "", 200, kPageBytes},
      {"GET", versions, "", 200, kPageBytes},
      {"GET", "/v0.1/servers/io.told%2Fbig/versions/latest", "", 200, kPageBytes},
      {"PUT", versions + "/100.0.0", server(edited, "100.0.0"), 200, kLargeBody * 2},
      {"PATCH", "/v0.1/servers/io.test%2Fworst/status", deprecated, 200, kPageBytes},
      {"PATCH", versions + "/139.0.0/status", R"({"status":"active"})", 200, kLargeBody * 2},
      {"POST", "/v0.1/publish", long_variable, 422, 100'000},
      {"POST", "/v0.1/publish", server(edited, "200.0.0"), 200, kLargeBody * 2},
      {"POST", "/v0.1/validate", long_variable, 200, 100'000},
      {"POST", "/v0.1/auth/none", std::string(kLargeBody, ' '), 200, kSmallAnswer},
      padded("/v0.1/health"),
      padded("/v0.1/ping"),
      padded("/v0.1/version"),
      {"DELETE", versions + "/200.0.0", "", 200, kLargeBody * 2},
      {"DELETE", "/api/v1/tools/members/versions/11.0.0", "", 204, kSmallAnswer},
      {"DELETE", "/api/v1/tools/versions", "", 204, kSmallAnswer},
  };
}

// The endpoint and method that a request is for.
std::pair<std::string, std::string> endpoint_of(const WorstRequest& worst) {
  const auto route = route_path(worst.target.substr(0, worst.target.find('?')));
  REQUIRE(route.ok());
  REQUIRE_MESSAGE(route->endpoint != nullptr, worst.target);
  return {std::string(route->endpoint->path), worst.method};
}

std::string cost_row(const WorstRequest& worst, const RequestCost& cost) {
  std::ostringstream out;
  const auto milliseconds = std::chrono::duration<double, std::milli>(cost.time).count();
  const auto mebibytes = static_cast<double>(cost.grown) / (1 << 20);
  out << "| " << worst.method << " `" << endpoint_of(worst).first << "` | " << worst.status << " | "
      << worst.target.size() + worst.body.size() << " | " << std::fixed << std::setprecision(1)
      << milliseconds << " | " << cost.answered << " | " << mebibytes << " |\n";
  return out.str();
}

}  // namespace

TEST_CASE("the worst request to each method of each endpoint costs time, bytes and memory within bounds") {
  Service service;
  fill_dearly(service);
  std::set<std::pair<std::string, std::string>> asked;
  std::string table =
      "| request | status | bytes sent | CPU ms | bytes answered | MiB grown |\n|---|---|---|---|---|---|\n";
  for (const auto& worst : worst_requests()) {
    asked.insert(endpoint_of(worst));
    table += cost_row(worst, cost_of_request(service, worst));
  }
  for (const auto& endpoint : endpoints()) {
    for (const auto& method : endpoint.methods) {
      const std::pair place(std::string(endpoint.path), std::string(method.name));
      CHECK_MESSAGE((method.name.empty() || asked.contains(place)),
                    "no worst request is known for " << place.second << " " << place.first);
    }
  }
  if (std::getenv("SHOW_COSTS") != nullptr) MESSAGE("\n" << table);
}
