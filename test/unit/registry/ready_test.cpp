#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "registry/api/api.hpp"
#include "registry/api/endpoint.hpp"

using namespace toolhive::registry;

namespace {

// A store in whatever condition a test wants.
class ConditionStore final : public Store {
 public:
  std::shared_ptr<const Index> snapshot() const override { return std::make_shared<const Index>(); }
  void write(Write, Done done) override { done(Error{Code::Unavailable, condition.reason}); }
  StoreStatus status() override { return condition; }

  StoreStatus condition;
};

Response ask(Api& api, const std::string& target) {
  Request request;
  request.method = "GET";
  request.target = target;
  Response answer;
  api.handle(request, [&](Response response) { answer = std::move(response); });
  return answer;
}

}  // namespace

TEST_CASE("a replica that cannot write but is no worse than others stays ready, and says why it cannot") {
  Metrics metrics(counted_routes());
  Api api(ToolPolicy{}, metrics);
  ConditionStore store;
  api.start(store);
  CHECK(*ask(api, "/ready").body == R"({"status":"ready"})");

  store.condition.writable = false;
  store.condition.reason = "the \"database\" is away";
  auto answer = ask(api, "/ready");
  CHECK(answer.status == 200);
  CHECK(*answer.body == R"({"status":"ready","writable":false,"reason":"the \"database\" is away"})");
  CHECK(ask(api, "/metrics").body->find("mcp_registry_storage_writable 0") != std::string::npos);

  store.condition.ready = false;
  answer = ask(api, "/ready");
  CHECK(answer.status == 503);
  CHECK(answer.body->find("is away") != std::string::npos);
}

TEST_CASE("damaged records are told where readiness is asked for, and what else is there is served") {
  Metrics metrics(counted_routes());
  Api api(ToolPolicy{}, metrics);
  ConditionStore store;
  store.condition.quarantined = 2;
  api.start(store);
  const auto answer = ask(api, "/ready");
  CHECK(answer.status == 200);
  CHECK(*answer.body == R"({"status":"ready","quarantined":2})");
}

TEST_CASE("the free space is a metric only where it is known") {
  Metrics metrics(counted_routes());
  Api api(ToolPolicy{}, metrics);
  ConditionStore store;
  api.start(store);
  CHECK(ask(api, "/metrics").body->find("mcp_registry_storage_free_bytes") == std::string::npos);
  store.condition.free_bytes = 7;
  CHECK(ask(api, "/metrics").body->find("mcp_registry_storage_free_bytes 7") != std::string::npos);
}

TEST_CASE("what the cache was good for is in the metrics where there is a cache") {
  Metrics metrics(counted_routes());
  Api api(ToolPolicy{}, metrics);
  ConditionStore store;
  api.start(store);
  CHECK(ask(api, "/metrics").body->find("mcp_registry_cache_") == std::string::npos);
  store.condition.cache = CacheStatus{1, 2, 3, 4, 5, 6};
  const auto text = *ask(api, "/metrics").body;
  for (const char* line :
       {"mcp_registry_cache_starts_total{result=\"hit\"} 1\n", "_starts_total{result=\"miss\"} 2\n",
        "mcp_registry_cache_errors_total 3\n", "mcp_registry_cache_writes_total 4\n",
        "mcp_registry_cache_bytes_total{direction=\"read\"} 5\n", "{direction=\"written\"} 6\n"})
    CHECK_MESSAGE(text.find(line) != std::string::npos, line);
}
