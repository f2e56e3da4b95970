// Runs the example against the cluster of $KUBECONFIG until it has greeted "ada" in the namespace that is given.
#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <thread>

#include "controller/kube/config/config.hpp"
#include "test/integration/runtime/greeter.hpp"

using namespace toolhive;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: greeter NAMESPACE\n");
    return 2;
  }
  const std::string ns = argv[1];
  const auto config = kube::load_config();
  if (!config.ok()) {
    std::fprintf(stderr, "%s\n", config.status().to_string().c_str());
    return 1;
  }
  auto transport = kube::make_transport(*config);
  auto lease_transport = kube::make_transport(*config);
  if (!transport.ok() || !lease_transport.ok()) return 1;
  runtime::ManagerOptions options;
  options.namespaces = {ns};
  runtime::Manager manager(*std::move(transport), *std::move(lease_transport), options);
  const example::Greeter greeter(manager);

  std::stop_source stop;
  Status ended;
  std::jthread running([&] { ended = manager.run(stop.get_token()); });
  const Json source = {{"metadata", {{"namespace", ns}, {"name", "ada"}}}, {"data", {{"name", "Ada"}}}};
  const Context limit = Context{}.with_timeout(std::chrono::seconds(30));
  bool greeted = manager.client().apply(limit, example::kConfigMap, source).ok();
  if (greeted) {
    while (!manager.client().get(limit, example::kSecret, {ns, "ada"}).ok() && !limit.done())
      sleep_for(limit.clock, std::chrono::milliseconds(50), {});
    greeted = manager.client().get(limit, example::kSecret, {ns, "ada"}).ok();
  }
  stop.request_stop();
  running.join();
  std::printf("%s\n", greeted ? "greeted" : "not greeted");
  return greeted && ended.ok() ? 0 : 1;
}
