#include "test/faults/harness/example_controller.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "controller/base/base64.hpp"
#include "controller/kube/config/config.hpp"
#include "test/integration/kube/cluster.hpp"
#include "test/integration/runtime/greeter.hpp"

using namespace toolhive;

namespace toolhive::faults {

using kube::Key;
using kube::Object;
using test::kConfigMap;
using test::kSecret;

namespace {

// Gives up sooner than the framework does by itself.
class Impatient final : public kube::Client {
 public:
  Impatient(std::unique_ptr<kube::Client> inner, std::chrono::seconds patience)
      : inner_(std::move(inner)), patience_(patience) {}
  StatusOr<kube::HttpResponse> call(const Context& ctx, const kube::ApiCall& call) override {
    return inner_->call(ctx.with_timeout(patience_), call);
  }
  StatusOr<std::unique_ptr<kube::LineStream>> open_watch(
      const Context& ctx, const kube::ApiCall& call, const kube::Transport::StreamOptions& options) override {
    kube::Transport::StreamOptions shorter = options;
    shorter.idle_limit = patience_;
    return inner_->open_watch(ctx.with_timeout(patience_), call, shorter);
  }

 private:
  const std::unique_ptr<kube::Client> inner_;
  const std::chrono::seconds patience_;
};

std::unique_ptr<kube::Client> client(const std::string& kubeconfig, std::chrono::seconds patience) {
  const auto config = kube::load_kubeconfig({kubeconfig});
  if (!config.ok()) throw std::runtime_error(config.status().to_string());
  auto transport = kube::make_transport(*config);
  if (!transport.ok()) throw std::runtime_error(transport.status().to_string());
  auto made = kube::make_client(*std::move(transport));
  if (patience == std::chrono::seconds::zero()) return made;
  return std::make_unique<Impatient>(std::move(made), patience);
}

runtime::ManagerOptions in(const std::string& ns) {
  runtime::ManagerOptions options;
  options.namespaces = {ns};
  return options;
}

runtime::InformerOptions only(const std::string& ns) {
  runtime::InformerOptions options;
  options.ns = ns;
  return options;
}

using Objects = std::map<Key, Object>;

Objects by_key(const std::vector<Object>& objects) {
  Objects map;
  for (const Object& object : objects) map.emplace(object.key(), object);
  return map;
}

std::string compare(const std::string& what, const Objects& held, const Objects& wanted) {
  std::string lines;
  for (const auto& [key, object] : wanted) {
    const auto found = held.find(key);
    if (found == held.end()) {
      lines += what + " lacks " + key.to_string() + "\n";
    } else if (found->second.json() != object.json()) {
      lines += what + " has another " + key.to_string() + ": " + std::string(found->second.bytes()) + "\n";
    }
  }
  for (const auto& [key, object] : held)
    if (!wanted.contains(key)) lines += what + " still has " + key.to_string() + "\n";
  return lines;
}

}  // namespace

ExampleController::ExampleController(const std::string& kubeconfig, const std::string& ns,
                                     std::chrono::seconds patience)
    : ns_(ns),
      client_(client(kubeconfig, patience)),
      manager_(std::shared_ptr<kube::Client>(client(kubeconfig, patience)),
               std::shared_ptr<kube::Client>(client(kubeconfig, patience)), in(ns)),
      informer_(*client_, system_clock(), kConfigMap, only(ns)) {
  greet(manager_);
  informer_.add_handler([this](const runtime::Change& change) { hear(change); });
  informer_.start();
  done_ = std::async(std::launch::async, [this] { return manager_.run(stop_.get_token()); });
}

ExampleController::~ExampleController() {
  stop_.request_stop();
  informer_.stop();
  (void)done_.get();
}

void ExampleController::hear(const runtime::Change& change) {
  const std::lock_guard lock(mutex_);
  const Key key = change.object().key();
  const auto held = heard_.find(key);
  bool follows = change.type == runtime::Change::Type::Added;
  if (held == heard_.end()) {
    follows = follows && !change.before;
  } else if (change.type == runtime::Change::Type::Updated) {
    follows = held->second.json() == change.before->json();
  } else {
    // A deletion carries the final state, which nobody was told of before.
    follows =
        change.type == runtime::Change::Type::Deleted && held->second.meta().uid == change.before->meta().uid;
  }
  if (!follows && contradiction_.empty())
    contradiction_ =
        "the handler was told of a change of " + key.to_string() + " that does not follow from the last\n";
  if (held != heard_.end()) heard_.erase(held);
  if (change.after) heard_.emplace(key, *change.after);
}

std::string ExampleController::differs_from(kube::Client& server) {
  const auto maps = server.list(Context{}, kConfigMap, {.ns = ns_});
  const auto secrets = server.list(Context{}, kSecret, {.ns = ns_});
  if (!maps.ok() || !secrets.ok()) return maps.status().to_string() + secrets.status().to_string();
  const Objects wanted_maps = by_key(maps->items);
  const Objects wanted_secrets = by_key(secrets->items);

  std::string lines =
      compare("the cache of ConfigMaps", by_key(*manager_.cache().list(kConfigMap, ns_)), wanted_maps);
  lines += compare("the cache of Secrets", by_key(*manager_.cache().list(kSecret, ns_)), wanted_secrets);
  lines += compare("the informer", by_key(informer_.store().list(ns_)), wanted_maps);
  {
    const std::lock_guard lock(mutex_);
    lines += compare("the handler", heard_, wanted_maps) + contradiction_;
  }
  std::size_t greeted = 0;
  for (const auto& [key, map] : wanted_maps) {
    const Json data = map.json().value("data", Json::object());
    if (!data.contains("name")) continue;
    ++greeted;
    const auto secret = wanted_secrets.find(key);
    const std::string wanted = "Hello, " + data.at("name").get<std::string>() + "!";
    const auto is = secret == wanted_secrets.end()
                        ? std::nullopt
                        : decode_base64(secret->second.json()["data"].value("greeting", ""));
    if (is != wanted) lines += "no Secret says: " + wanted + "\n";
  }
  if (greeted != wanted_secrets.size()) lines += "a Secret is left over\n";
  return lines;
}

}  // namespace toolhive::faults
