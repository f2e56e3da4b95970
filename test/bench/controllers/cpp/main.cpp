// The bench's controller on this project's framework:
//   bench_controller --namespace NS --expect PASSES --workers N [--lease NAME]
// Takes commands on standard input, a line each, and ends with it; see ../README.md.
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <thread>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/config/config.hpp"
#include "test/bench/controllers/cpp/reconciler.hpp"

using namespace toolhive;

namespace {

struct Flags {
  std::string ns;
  std::string lease;
  std::uint64_t expect = 0;
  int workers = 4;
};

// Reads one object from the cache, over and over: keeps the longest time that took, and says "seen"
// when the driver's change is there.
class Reader {
 public:
  Reader(const runtime::Cache& cache, kube::Key key, bench::Observations& observations)
      : cache_(cache),
        key_(std::move(key)),
        observations_(observations),
        thread_([this](std::stop_token stop) {
          const std::string before = stamp();
          for (bool seen = false; !stop.stop_requested();) {
            if (stamp() != before && !std::exchange(seen, true)) observations_.say(R"({"event":"seen"})");
            std::this_thread::sleep_for(std::chrono::microseconds(200));
          }
        }) {}
  std::int64_t end() {
    thread_.request_stop();
    thread_.join();
    return longest_;
  }

 private:
  std::string stamp() {
    const auto start = std::chrono::steady_clock::now();
    const auto object = cache_.get({}, kube::Resource<bench::Widget>::type(), key_, runtime::Read::Cached);
    longest_ = std::max<std::int64_t>(longest_, (std::chrono::steady_clock::now() - start).count());
    return object.ok() ? object->meta().annotations.get(bench::kSentAnnotation).value_or("") : "";
  }

  const runtime::Cache& cache_;
  const kube::Key key_;
  bench::Observations& observations_;
  std::int64_t longest_ = 0;  // nanoseconds
  std::jthread thread_;
};

// `rounds` times wakes every Widget and waits until each had its pass.
void run_passes(runtime::Manager& manager, const runtime::ControllerHandle& controller,
                bench::Observations& observations, int rounds) {
  std::vector<kube::Key> keys;
  const auto widgets = manager.cache().list(kube::Resource<bench::Widget>::type());
  for (const kube::Object& object : *widgets) keys.push_back(object.key());
  const std::uint64_t before = observations.passes();
  for (int round = 1; round <= rounds; ++round) {
    for (const kube::Key& key : keys) controller.wake(key);
    observations.wait_for_passes(before + static_cast<std::uint64_t>(round) * keys.size());
  }
  observations.say(R"({"event":"passes","count":)" + std::to_string(observations.passes() - before) + "}");
}

void take_commands(runtime::Manager& manager, const runtime::ControllerHandle& controller,
                   bench::Observations& observations) {
  std::unique_ptr<Reader> reader;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string command, argument;
    words >> command >> argument;
    if (command == "passes") {
      run_passes(manager, controller, observations, std::stoi(argument));
    } else if (command == "collect") {
      observations.collect_changes(std::stoul(argument));
    } else if (command == "report") {
      observations.report_changes();
    } else if (command == "read") {
      const std::size_t slash = argument.find('/');
      reader = std::make_unique<Reader>(
          manager.cache(), kube::Key{argument.substr(0, slash), argument.substr(slash + 1)}, observations);
      observations.say(R"({"event":"reading"})");
    } else if (command == "end-read" && reader) {
      observations.say(R"({"event":"read","longest":)" + std::to_string(reader->end()) + "}");
      reader.reset();
    }
  }
}

runtime::ManagerOptions manager_options(const Flags& flags) {
  runtime::ManagerOptions options;
  options.name = "bench-cpp";
  options.namespaces = {flags.ns};
  if (!flags.lease.empty()) {
    options.leader_election.emplace();
    options.leader_election->ns = flags.ns;
    options.leader_election->lease_name = flags.lease;
    options.leader_election->identity = "cpp-" + std::to_string(getpid());
  }
  return options;
}

int fail(const Status& error) {
  std::cerr << error.to_string() << '\n';
  return 1;
}

int run(const Flags& flags) {
  auto config = kube::load_config();
  if (!config.ok()) return fail(config.status());
  config->user_agent = "bench-cpp";
  auto transport = kube::make_transport(*config);
  if (!transport.ok()) return fail(transport.status());
  auto lease_transport = kube::make_transport(*config);
  if (!lease_transport.ok()) return fail(lease_transport.status());

  bench::Observations observations(flags.expect);
  runtime::Manager manager(std::shared_ptr<kube::Transport>(std::move(*transport)),
                           std::shared_ptr<kube::Transport>(std::move(*lease_transport)),
                           manager_options(flags));
  const auto controller = bench::reconcile_widgets(manager, observations, flags.workers);

  std::stop_source stop;
  const std::jthread synced([&] {
    if (manager.cache().wait_synced(Context{.stop = stop.get_token()}).ok())
      observations.say(R"({"event":"synced"})");
  });
  const std::jthread commands([&] {
    take_commands(manager, controller, observations);
    stop.request_stop();
  });
  const Status ended = manager.run(stop.get_token());
  if (ended.ok() || stop.stop_requested()) return 0;
  fail(ended);
  std::_Exit(1);  // the thread that reads commands does not know
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"The bench's controller on this project's framework."};
  Flags flags;
  app.add_option("--namespace", flags.ns)->required();
  app.add_option("--expect", flags.expect);
  app.add_option("--workers", flags.workers);
  app.add_option("--lease", flags.lease);
  CLI11_PARSE(app, argc, argv);
  const Logging logging(LogLevel::Warn, STDERR_FILENO);
  return run(flags);
}
