#include "registry/api/budget.hpp"

#include <doctest/doctest.h>

#include "registry/api/list.hpp"
#include "registry/api/server_reads.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

// A clock that says so much more each time it is looked at.
Budget::Clock running(std::chrono::nanoseconds step) {
  return [now = std::chrono::nanoseconds(0), step]() mutable { return now += step; };
}

Call asked(const std::string& target) {
  Call call;
  call.request.method = "GET";
  call.request.target = target;
  return call;
}

}  // namespace

TEST_CASE("a budget is spent once its time has passed, and looks at the clock once in many steps") {
  int looks = 0;
  auto now = 0ms;
  Budget budget({.time = 10ms}, [&] {
    ++looks;
    return now;
  });
  for (int i = 0; i < 1'000; ++i) CHECK_FALSE(budget.spent());
  CHECK(looks < 100);
  now = 11ms;
  bool spent = false;
  for (int i = 0; i < 100; ++i) spent = spent || budget.spent();
  CHECK(spent);
}

TEST_CASE(
    "a budget of bytes has room for one document of any size, and for no more than its limit of several") {
  Budget budget({.bytes = 100}, running(0ns));
  CHECK(budget.take(1'000));
  CHECK_FALSE(budget.take(1));
  Budget another({.bytes = 100}, running(0ns));
  CHECK(another.take(60));
  CHECK(another.take(40));
  CHECK_FALSE(another.take(1));
}

TEST_CASE(
    "a search that takes longer than it may is refused with what to do, and one within the time is "
    "answered") {
  Service service;
  for (int i = 100; i < 200; ++i) {
    const auto number = std::to_string(i);
    REQUIRE(service
                .post(R"({"name":"t)" + number +
                      R"(","inputSchema":{"type":"object"},"server":{"name":"io.test/s)" + number + "\"}}")
                .status == 201);
  }
  const auto index = service.store->snapshot();
  const auto slow = [] { return Budget({.time = 2s}, running(1s)); };
  const auto fast = [] { return Budget({.time = 2s}, running(1ms)); };
  for (const char* query : {"search=t1", "tag=nothing"}) {
    CAPTURE(query);
    ListCache cache;
    const auto refused = get_tools(*index, asked(std::string("/api/v1/tools?") + query), cache, slow());
    CHECK(refused.status == 422);
    CHECK(detail_of(refused) ==
          "the answer would take more than 2000 ms of this registry's processor time; search for fewer or "
          "longer words, or add a filter");
    CHECK(get_tools(*index, asked(std::string("/api/v1/tools?") + query), cache, fast()).status == 200);
  }
  ListCache cache;
  CHECK(get_servers(*index, asked("/v0.1/servers?search=nothing"), cache, slow()).status == 422);
  CHECK(get_servers(*index, asked("/v0.1/servers?search=nothing"), cache, fast()).status == 200);
}
