// Declares a person "ada" in the namespace that is given, and waits until it is greeted:
// await_greeting NAMESPACE
#include <cstdio>
#include <nlohmann/json.hpp>

#include "controller/kube/client/client.hpp"
#include "controller/kube/config/config.hpp"

using namespace toolhive;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: await_greeting NAMESPACE\n");
    return 2;
  }
  const kube::ResourceType config_map{"", "v1", "ConfigMap", "configmaps"};
  const kube::ResourceType secret{"", "v1", "Secret", "secrets"};
  const kube::Key ada{argv[1], "ada"};
  const auto config = kube::load_config();
  if (!config.ok()) return 1;
  auto transport = kube::make_transport(*config);
  if (!transport.ok()) return 1;
  const auto client = kube::make_client(*std::move(transport));

  const Context limit = Context{}.with_timeout(std::chrono::seconds(30));
  const Json person = {{"metadata", {{"namespace", ada.ns}, {"name", ada.name}}},
                       {"data", {{"name", "Ada"}}}};
  if (!client->apply(limit, config_map, person).ok()) return 1;
  while (!client->get(limit, secret, ada).ok() && !limit.done())
    sleep_for(limit.clock, std::chrono::milliseconds(50), {});
  return client->get(limit, secret, ada).ok() ? 0 : 1;
}
