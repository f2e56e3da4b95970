#include "test/faults/harness/workload.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "test/integration/kube/cluster.hpp"

using namespace toolhive;

namespace toolhive::faults {

using test::kConfigMap;

namespace {

constexpr int kObjects = 12;
// Of one to four bytes each in UTF-8, for the plans that tear characters apart.
constexpr const char* kNames[] = {"Ada", "Zoë", "Łukasz", "Δημήτρης", "田中さん", "🦉🌍"};

}  // namespace

Workload::Workload(kube::Client& client, std::string ns, std::mt19937_64 random)
    : client_(client), ns_(std::move(ns)), random_(random) {}

void Workload::step() {
  ++steps_;
  const kube::Key key{ns_, "object-" + std::to_string(random_() % kObjects)};
  const auto what = random_() % 10;
  if (what < 2) {
    const Status removed = client_.remove(Context{}, kConfigMap, key);
    if (!removed.ok() && removed.code() != Code::NotFound) throw std::runtime_error(removed.to_string());
    if (what == 0) return;
    // Made again at once, under the same name: another object.
  }
  const Json intent = {
      {"metadata", {{"namespace", key.ns}, {"name", key.name}}},
      {"data",
       {{"name", std::string(kNames[random_() % std::size(kNames)]) + " " + std::to_string(steps_)}}}};
  const auto applied = client_.apply(Context{}, kConfigMap, intent, {.field_manager = "user"});
  if (!applied.ok()) throw std::runtime_error(applied.status().to_string());
}

}  // namespace toolhive::faults
