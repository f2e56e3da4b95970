// ProberAtWork: a Prober with a clock that tests turn, and the news that it tells.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "controller/operator/mcptool/observe.hpp"
#include "controller/operator/schedule.hpp"
#include "controller/operator/server/prober.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "test/unit/operator/make.hpp"

namespace toolhive::test {

inline WatchedServer tool_at(const std::string& url, const Json& patch = Json::object(),
                             const std::string& name = "weather") {
  const Json server = {{"spec",
                        {{"definition", nullptr},
                         {"server", {{"remote", {{"url", url}}}}},
                         {"probe", {{"timeoutSeconds", 5}}}}}};
  const kube::Object tool = patched(patched(mcptool(name, "2026-01-01T00:00:00Z"), server), patch);
  return *watched_server(*kube::Ref<MCPTool>::of(tool), std::nullopt);
}

inline ProberOptions loopback_allowed() {
  ProberOptions options;
  options.addresses.allowed = {"127.0.0.0/8"};
  return options;
}

struct ProberAtWork {
  explicit ProberAtWork(ProberOptions options = loopback_allowed())
      : prober(api, metrics, clock, std::move(options)) {
    prober.on_news([this](const kube::Key& key) {
      const std::lock_guard lock(mutex);
      news.push_back(key);
      changed.notify_all();
    });
  }
  // Whether so many news of the MCPTool come to be told in all.
  bool told(std::ptrdiff_t count, const kube::Key& tool = {"mcp", "weather"}) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(10),
                            [&] { return std::count(news.begin(), news.end(), tool) >= count; });
  }
  std::ptrdiff_t told_so_far(const kube::Key& tool = {"mcp", "weather"}) {
    const std::lock_guard lock(mutex);
    return std::count(news.begin(), news.end(), tool);
  }
  // Begins a look and waits for its end, which must be news.
  Sighting look_to_the_end(const WatchedServer& tool) {
    const std::ptrdiff_t before = told_so_far(tool.key);
    prober.look(tool);
    REQUIRE(told(before + 1, tool.key));
    return prober.look(tool).sighting;
  }
  // Whether that many looks come to have ended with this result.
  bool ended(const char* result, int count) {
    const std::string line =
        "mcp_server_probes_total{result=\"" + std::string(result) + "\"} " + std::to_string(count) + "\n";
    const auto told = [&] { return metrics.text().find(line) != std::string::npos; };
    // The largest offers take their time on a machine that is busy with other things.
    for (int patience = 0; patience < 6; ++patience)
      if (api.wait_for(told)) return true;
    return false;
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
  runtime::Metrics metrics;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<kube::Key> news;
  Prober prober;
};

inline Duration interval(const WatchedServer& tool, Duration length = std::chrono::seconds(60)) {
  return jittered(length, tool.key);
}

}  // namespace toolhive::test
