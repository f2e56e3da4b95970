// Keeps a Secret with a greeting for each ConfigMap that has a value under `name`.
#include <nlohmann/json.hpp>

#include "controller/base/log.hpp"
#include "controller/runtime/manager/manager.hpp"
#include "controller/runtime/manager/process.hpp"

using namespace toolhive;

struct Person {
  std::string name;  // empty: not for us
};

template <>
struct kube::Resource<Person> {
  static ResourceType type() { return {"", "v1", "ConfigMap", "configmaps"}; }
  static StatusOr<Person> from_json(const Json& map) {
    return Person{map.value("/data/name"_json_pointer, "")};
  }
};

runtime::ControllerHandle greet(runtime::Manager& manager) {
  const kube::ResourceType secret{"", "v1", "Secret", "secrets"};
  return manager.controller<Person>("greeter").owns(secret).concurrency(2).reconcile(
      [secret](runtime::Pass& pass, const kube::Ref<Person>& person) -> Status {
        if (person->name.empty()) return pass.remove(secret, person.key().name);
        return pass.apply(secret, {{"stringData", {{"greeting", "Hello, " + person->name + "!"}}}}).status();
      });
}

int main() {
  const Logging logging(LogLevel::Info);
  const auto config = kube::load_config();  // $KUBECONFIG, the pod's account, or ~/.kube/config
  if (!config.ok()) return runtime::exit_code(config.status());
  runtime::Manager manager(*config, {.name = "greeter"});
  greet(manager);
  return runtime::exit_code(manager.run(runtime::stop_on_signals()));
}
