// What a process of controllers has from the framework: its connection, its endpoints, its lease,
// its signals.
#include "controller/runtime/manager/process.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "controller/testing/simulated_clock.hpp"
#include "test/stores/loopback.hpp"
#include "test/unit/http/client.hpp"
#include "test/unit/kube/fake_server.hpp"
#include "test/unit/runtime/running.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using runtime::Manager;
using runtime::ManagerOptions;
using test::Connection;
using test::FakeServer;
using namespace toolhive::runtime_test;

namespace {

std::string loopback_address(int port) {
  return "127.0.0.1:" + std::to_string(port);
}

kube::Config config_of(const std::string& server) {
  kube::Config config;
  config.server = server;
  return config;
}

// What run() answers while `clock` goes on.
Status run_through(Manager& manager, testing::SimulatedClock& clock) {
  auto done = std::async(std::launch::async, [&] { return manager.run({}); });
  while (done.wait_for(1ms) != std::future_status::ready) clock.advance(1s);
  return done.get();
}

}  // namespace

TEST_SUITE_BEGIN("process");

TEST_CASE("a configuration that cannot work is the error of a manager's run, and of its client before") {
  kube::Config config = config_of("https://127.0.0.1:1");
  config.certificate_authority.data = "no certificate";
  Manager manager(config, {});
  CHECK(manager.client().get({}, kWidget, {"ns", "a"}).status().code() == Code::Invalid);
  CHECK(manager.run({}).code() == Code::Invalid);
}

TEST_CASE("an API server that cannot be reached is given up, and named") {
  testing::SimulatedClock clock;
  ManagerOptions options;
  options.clock = &clock;
  const std::string server = loopback_address(registry::test::free_port());
  Manager manager(config_of("http://" + server), options);
  const TimePoint start = clock.now();
  const Status ended = run_through(manager, clock);
  // Unavailable, or Timeout where the clock was quicker than the socket.
  CHECK(ended.retryable());
  CHECK(ended.message().find("reaching the API server") != std::string::npos);
  CHECK(clock.now() - start >= 15s);
}

TEST_CASE("an API server that does not know the caller is not asked again") {
  std::atomic<int> asked = 0;
  FakeServer server([&](Connection& connection) {
    while (!connection.read_request().empty()) {
      ++asked;
      connection.reply(401, "{}");
    }
  });
  Manager manager(config_of(server.url()), {});
  CHECK(manager.run({}).code() == Code::Unauthorized);
  CHECK(asked == 1);
  const std::string host = "host=\"" + loopback_address(server.port()) + "\"";
  CHECK(manager.metrics().text().find(host) != std::string::npos);
}

TEST_CASE("endpoints are served before the caches have synced") {
  ManagerOptions options;
  const auto port = registry::test::free_port();
  options.endpoints.health_address = loopback_address(port);
  Running r(std::make_shared<testing::FakeApi>(), options);
  REQUIRE(r.manager.cache().declare(kWidget).ok());
  r.api->fail_with([](const kube::ApiCall&) { return Status(Code::Forbidden, "no rights"); });
  r.start();
  const auto status_of = [&](const char* path) {
    http_test::Client probe(port);
    if (!probe.connected()) return 0U;
    probe.get(path);
    return probe.read().status;
  };
  CHECK(r.wait_for([&] { return status_of("/healthz") == 200; }));
  CHECK(status_of("/readyz") == 503);
}

TEST_CASE("an address that cannot be served is the error of a manager's run") {
  const FakeServer other([](Connection&) {});
  ManagerOptions options;
  options.endpoints.health_address = loopback_address(other.port());
  Running r(std::make_shared<testing::FakeApi>(), options);
  const Status ended = r.manager.run({});
  CHECK(ended.code() == Code::Unavailable);
  CHECK(ended.message().find(options.endpoints.health_address) != std::string::npos);
}

TEST_CASE("a lease has the manager's name and a holder of its own for each process, unless they are given") {
  ManagerOptions options;
  options.name = "greeter";
  options.leader_election.emplace().ns = "system";
  auto api = std::make_shared<testing::FakeApi>();
  std::string first;
  for (int i = 0; i < 2; ++i) {
    Running r(api, options);
    r.start();
    const auto holder = [&] {
      const auto lease = api->find(kLease, {"system", "greeter"});
      return lease ? lease->json()["spec"].value("holderIdentity", "") : std::string();
    };
    REQUIRE(r.wait_for([&] { return !holder().empty(); }));
    CHECK(holder() != first);
    first = holder();
    CHECK(r.end().ok());
  }
}

TEST_CASE("the first signal fires the token, the second ends the process") {
  const std::stop_token stop = runtime::stop_on_signals();
  CHECK(!stop.stop_requested());
  raise(SIGTERM);
  const Context limit = Context{}.with_timeout(10s);
  while (!stop.stop_requested() && !limit.done()) std::this_thread::yield();
  REQUIRE(stop.stop_requested());
  CHECK(runtime::stop_on_signals().stop_requested());

  // A child that a process of several threads has forked gets no signals from ThreadSanitizer.
#if !defined(__SANITIZE_THREAD__)
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    raise(SIGINT);
    for (;;) pause();
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
#endif
}

TEST_CASE("the exit code tells success from failure") {
  CHECK(runtime::exit_code({}) == 0);
  CHECK(runtime::exit_code(Status(Code::Unavailable, "connection refused")) == 1);
}

TEST_CASE("a process whose work does not end does not wait for it") {
  const pid_t child = fork();
  if (child == 0) {
    (void)runtime::exit_code(Status(Code::Unfinished, "still running"));
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 1);
}

TEST_SUITE_END();
