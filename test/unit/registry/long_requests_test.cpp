#include <doctest/doctest.h>

#include <future>
#include <utility>
#include <vector>

#include "controller/base/bounded_executor.hpp"
#include "service_fixture.hpp"

using namespace toolhive;
using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

// Keeps the only thread of an executor busy until it is let go.
class Blocked {
 public:
  explicit Blocked(BoundedExecutor& executor) {
    REQUIRE(executor.submit([this](const std::stop_token&) {
      begun_.set_value();
      go_.get_future().wait();
    }));
    begun_.get_future().wait();
  }
  ~Blocked() { release(); }
  void release() {
    if (!std::exchange(released_, true)) go_.set_value();
  }

 private:
  std::promise<void> begun_, go_;
  bool released_ = false;
};

std::future<Response> send_later(Service& service, const Request& request) {
  auto promise = std::make_shared<std::promise<Response>>();
  auto response = promise->get_future();
  service.api.handle(request, [promise](Response answer) { promise->set_value(std::move(answer)); });
  return response;
}

Request get_of(const std::string& target) {
  Request request;
  request.method = "GET";
  request.target = target;
  return request;
}

bool is_answered(std::future<Response>& response) {
  return response.wait_for(0s) == std::future_status::ready;
}

}  // namespace

TEST_CASE(
    "probes, plain reads and lists that are ready are answered while long requests keep their threads busy") {
  Service service;
  REQUIRE(service.post(R"({"name":"a","inputSchema":{"type":"object"}})").status == 201);
  REQUIRE(service.get("/api/v1/tools?limit=30").status == 200);
  REQUIRE(service.get("/v0.1/servers").status == 200);
  BoundedExecutor executor(1, 20);
  service.api.use_executor(executor);
  Blocked blocked(executor);

  std::vector<std::future<Response>> later;
  for (const char* target :
       {"/api/v1/tools?search=a", "/api/v1/tools?fields=title", "/v0.1/servers?search=abc",
        "/api/v1/tools/a/versions", "/api/v1/tools/a/diff", "/v0.1/servers/io.x%2Fy/versions"})
    later.push_back(send_later(service, get_of(target)));
  const std::string text(20'000, ' ');
  for (const auto& [method, target] : {std::pair("POST", "/api/v1/tools"),
                                       {"POST", "/v0.1/validate"},
                                       {"PUT", "/api/v1/tools/a"},
                                       {"PATCH", "/api/v1/tools/a"},
                                       {"POST", "/v0.1/publish"}}) {
    Request request = get_of(target);
    request.method = method;
    request.content_type = "application/json";
    request.body = text;
    later.push_back(send_later(service, request));
  }
  Request comparison = get_of("/api/v1/compare");
  comparison.method = "POST";
  comparison.content_type = "application/json";
  comparison.body = R"({"from":{"name":"a"},"to":{"name":"a"}})";
  later.push_back(send_later(service, comparison));
  Request mcp = comparison;
  mcp.target = "/mcp";
  mcp.body = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  later.push_back(send_later(service, mcp));
  for (auto& response : later) CHECK_FALSE(is_answered(response));
  for (const char* target : {"/health", "/ready", "/v0.1/ping", "/metrics", "/api/v1/tools/a",
                             "/api/v1/tools?limit=30", "/v0.1/servers"}) {
    CAPTURE(target);
    auto response = send_later(service, get_of(target));
    REQUIRE(is_answered(response));
    CHECK(response.get().status == 200);
  }
  blocked.release();
  for (auto& response : later) {
    REQUIRE(response.wait_for(30s) == std::future_status::ready);
    CHECK(response.get().status < 500);
  }
  executor.close();
}

TEST_CASE("a small registration is a long request where it may be compared with a large one") {
  ToolPolicy policy;
  policy.compatibility = CompatibilityPolicy::Semver;
  Service service(store_options(), policy);
  BoundedExecutor executor(1, 20);
  service.api.use_executor(executor);
  Blocked blocked(executor);
  auto request = get_of("/api/v1/tools");
  request.method = "POST";
  request.content_type = "application/json";
  request.body = R"({"name":"a","inputSchema":{"type":"object"}})";
  auto response = send_later(service, request);
  CHECK_FALSE(is_answered(response));
  blocked.release();
  REQUIRE(response.wait_for(30s) == std::future_status::ready);
  CHECK(response.get().status == 201);
  executor.close();
}

TEST_CASE("a large answer is compressed on a thread of the executor, and sent as it is when that is full") {
  Service service;
  REQUIRE(service
              .post(R"({"name":"a","inputSchema":{"type":"object"},"_meta":{"text":")" +
                    std::string(70'000, 'x') + "\"}}")
              .status == 201);
  BoundedExecutor executor(1, 1);
  service.api.use_executor(executor);
  Blocked blocked(executor);
  auto request = get_of("/api/v1/tools/a");
  request.accept_encoding = "gzip";
  auto waiting = send_later(service, request);
  CHECK_FALSE(is_answered(waiting));
  auto plain = send_later(service, request);
  REQUIRE(is_answered(plain));
  CHECK(plain.get().header("Content-Encoding").empty());
  auto refused = send_later(service, get_of("/api/v1/tools?search=a"));
  REQUIRE(is_answered(refused));
  const auto busy = refused.get();
  CHECK(busy.status == 503);
  CHECK(busy.header("Retry-After") == "1");
  blocked.release();
  REQUIRE(waiting.wait_for(30s) == std::future_status::ready);
  CHECK(waiting.get().header("Content-Encoding") == "gzip");
  executor.close();
}
