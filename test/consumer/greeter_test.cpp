// Tests the greeter on an API server in memory. Ends with 0 when somebody was greeted.
#include <future>
#include <nlohmann/json.hpp>

#include "controller/testing/fake_api.hpp"
#include "greeter.hpp"

using namespace toolhive;

int main() {
  const kube::ResourceType config_map{"", "v1", "ConfigMap", "configmaps"};
  const kube::ResourceType secret{"", "v1", "Secret", "secrets"};
  const auto api = std::make_shared<testing::FakeApi>();
  const std::shared_ptr<kube::Client> client = api;
  runtime::Manager manager(client, client, {.name = "greeter"});
  greet(manager);
  std::stop_source stop;
  auto ended = std::async(std::launch::async, [&] { return manager.run(stop.get_token()); });

  api->put(config_map,
           {{"metadata", {{"namespace", "default"}, {"name", "ann"}}}, {"data", {{"name", "Ann"}}}});
  const bool greeted = api->wait_for([&] {
    const auto made = api->find(secret, {"default", "ann"});
    return made && made->json().at("stringData").at("greeting") == "Hello, Ann!";
  });
  stop.request_stop();
  return greeted && ended.get().ok() ? 0 : 1;
}
