#include "test/faults/harness/environment.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "controller/kube/config/config.hpp"
#include "test/faults/harness/end_state.hpp"
#include "test/faults/harness/resources.hpp"
#include "test/faults/harness/settings.hpp"

using namespace toolhive;

namespace toolhive::faults {

namespace {

// A look at a whole end state is some twenty lists, which the operator's own requests have to wait for.
constexpr std::chrono::milliseconds kPause{250};
constexpr std::chrono::seconds kRest{1};
constexpr std::chrono::seconds kLasting{5};

std::unique_ptr<kube::Client> direct_client() {
  const auto config = kube::load_config();
  if (!config.ok()) throw std::runtime_error(config.status().to_string());
  auto transport = kube::make_transport(*config);
  if (!transport.ok()) throw std::runtime_error(transport.status().to_string());
  return kube::make_client(*std::move(transport));
}

std::string make_namespace(kube::Client& client) {
  const auto made = client.create(
      Context{}, kNamespace,
      {{"metadata",
        {{"generateName", "faults-"}, {"labels", {{"pod-security.kubernetes.io/enforce", "restricted"}}}}}});
  if (!made.ok()) throw std::runtime_error(made.status().to_string());
  return std::string(made->meta().name);
}

// What is not so for long: the operator has not heard from a registry, and will ask again.
bool waits_for_answer(const Json& state) {
  for (const Json& registry : state.value("registries", Json::array()))
    for (const Json& condition : registry.value("/status/conditions"_json_pointer, Json::array()))
      if (condition.value("reason", "") == "RegistryUnreachable") return true;
  return false;
}

}  // namespace

Environment::Environment(const std::string& log_name)
    : folder_(log_folder(log_name)),
      client_(direct_client()),
      ns_(make_namespace(*client_)),
      proxy_(folder_) {
  operator_ = std::make_unique<OperatorProcess>(proxy_.kubeconfig(), ns_, folder_);
}

Environment::~Environment() {
  operator_->kill();
  // Nobody is left to see to finalizers.
  const auto tools = client_->list(Context{}, kMcpTool, {.ns = ns_});
  if (tools.ok())
    for (const kube::Object& tool : tools->items)
      (void)client_->patch(Context{}, kMcpTool, tool.key(), kube::PatchType::MergePatch,
                           {{"metadata", {{"finalizers", nullptr}}}});
  (void)client_->remove(Context{}, kNamespace, {"", ns_});
}

void Environment::wait(const std::string& what, const Check& check, e2e::Seconds bound) {
  await(
      what,
      [&] {
        if (hook_) hook_();
        return check();
      },
      bound, kPause);
}

void Environment::run(const std::vector<Step>& steps, e2e::Seconds bound) {
  for (const Step& step : steps) {
    step.act(*client_, ns_);
    wait(
        step.what, [&] { return step.missing(*client_, ns_); }, bound);
  }
}

std::string Environment::restless() {
  if (!operator_->running()) return "the operator does not run";
  if (std::string unready = operator_->unready(); !unready.empty())
    return "the operator is not ready: " + unready;
  return {};
}

void Environment::await_rest(e2e::Seconds bound) {
  std::size_t seen = 0;
  auto since = std::chrono::steady_clock::now();
  wait(
      "the operator is ready and at rest",
      [&]() -> std::string {
        const std::size_t writes = proxy_.writes().size();
        std::string busy = restless();
        if (writes != seen || !busy.empty()) {
          seen = writes;
          since = std::chrono::steady_clock::now();
        }
        if (!busy.empty()) return busy;
        return std::chrono::steady_clock::now() - since >= kRest
                   ? ""
                   : "write " + std::to_string(writes) + " was less than a second ago";
      },
      bound);
}

Json Environment::lasting_end_state(e2e::Seconds bound) {
  await_rest(bound);
  Json state;
  auto since = std::chrono::steady_clock::now();
  wait(
      "nothing changes any more",
      [&]() -> std::string {
        Json now = end_state(*client_, ns_);
        std::string changes = difference(state, now);
        if (changes.empty() && waits_for_answer(now)) changes = "a registry is asked again after a pause";
        if (!changes.empty()) {
          state = std::move(now);
          since = std::chrono::steady_clock::now();
          return changes;
        }
        return std::chrono::steady_clock::now() - since >= kLasting ? "" : "the last change was a moment ago";
      },
      bound);
  return state;
}

void Environment::await_end_state(const Json& expected, e2e::Seconds bound) {
  const auto check = [&] { return difference(expected, end_state(*client_, ns_)); };
  const auto deadline = std::chrono::steady_clock::now() + bound;
  // Reached and kept: what is there before the operator has looked must still be there after it
  // has.
  do {
    await_rest(bound);
    wait("the end state of the undisturbed run", check, bound);
    await_rest(bound);
  } while (!check().empty() && std::chrono::steady_clock::now() < deadline);
  if (const std::string differs = check(); !differs.empty())
    throw Overdue("the end state does not last:\n" + differs);
}

}  // namespace toolhive::faults
