#include "test/e2e/harness/leftovers.hpp"

#include <chrono>
#include <exception>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "test/e2e/harness/cluster.hpp"

namespace e2e {

namespace {

constexpr std::chrono::seconds kBound{120};
constexpr std::chrono::seconds kPause{1};
constexpr const char* kBackups = "registrybackups.mcpregistry.dev";
// First, for finalizers need what is beside them.
constexpr const char* kOurs =
    "registries.mcpregistry.dev,mcptools.mcpregistry.dev,registrybackups.mcpregistry.dev";

// Of the cluster itself, which makes them anew.
bool is_the_clusters(const std::string& kind) {
  return kind.starts_with("event") || kind.starts_with("endpoint") || kind.starts_with("lease");
}

// Its pods are replaced by tests.
bool is_the_operators(const std::string& object) {
  return object.starts_with("pod/toolhive-operator-") ||
         object.starts_with("replicaset.apps/toolhive-operator-");
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

// Tests bring definitions, so that it is asked each time.
std::string kinds() {
  std::string all;
  for (const std::string& kind :
       words(Cluster::get()
                 .kubectl({"api-resources", "--namespaced", "--verbs=list,delete", "-o", "name"})
                 .out))
    if (!is_the_clusters(kind)) all += (all.empty() ? "" : ",") + kind;
  return all;
}

}  // namespace

Leftovers::Leftovers(std::string ns) : ns_(std::move(ns)) {
  const Output all = listed();
  // What is not known to have been there would be deleted.
  if (!all.ok()) throw std::runtime_error("listing what is in " + ns_ + ": " + all.explain());
  const auto names = words(all.out);
  before_.insert(names.begin(), names.end());
}

Leftovers::~Leftovers() {
  try {
    kubectl({"delete", kOurs, "--all", "--wait=false"});
    // What they wrote goes with its claim, without which no pod could delete it.
    for (const std::string& each : words(kubectl({"get", kBackups, "-o", "name"}).out))
      kubectl({"patch", each, "--type=merge", "--patch", R"({"metadata":{"finalizers":null}})"});
    kubectl({"wait", kOurs, "--all", "--for=delete", "--timeout=90s"});
    const auto end = std::chrono::steady_clock::now() + kBound;
    for (auto left = found(); !left.empty(); left = found()) {
      if (std::chrono::steady_clock::now() > end) {
        std::cerr << ns_ << " still holds " << left.front() << " and " << left.size() - 1 << " more\n";
        return;
      }
      left.insert(left.begin(), {"delete", "--wait=false", "--ignore-not-found"});
      kubectl(std::move(left));
      std::this_thread::sleep_for(kPause);
    }
  } catch (const std::exception& thrown) {
    std::cerr << "emptying " << ns_ << ": " << thrown.what() << "\n";
  }
}

Output Leftovers::kubectl(std::vector<std::string> args) const {
  args.insert(args.begin(), {"--namespace", ns_});
  return Cluster::get().kubectl(std::move(args));
}

Output Leftovers::listed() const {
  return kubectl({"get", kinds(), "-o", "name"});
}

std::vector<std::string> Leftovers::found() const {
  auto all = words(listed().out);
  std::erase_if(all,
                [&](const std::string& each) { return before_.contains(each) || is_the_operators(each); });
  return all;
}

}  // namespace e2e
