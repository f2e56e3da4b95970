// Registries that ask for tokens of an OpenID Connect issuer: who gets in while keys change and the
// issuer is away, and the operator with its own.
#include <doctest/doctest.h>

#include <atomic>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

#include "test/e2e/harness/node_issuer.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

constexpr int kPort = 9443;
constexpr int kOtherPort = 9444;

Json guarded_registry(const TestNamespace& ns, const NodeIssuer& issuer) {
  ns.apply({{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", "issuer-ca"}}},
            {"data", {{"ca.crt", issuer.authority()}}}});
  const Json rules =
      Json::array({{{"groups", {"team-a"}}, {"right", "write"}, {"names", {"weather.*", "public.*"}}},
                   {{"subjects", {"root"}}, {"right", "admin"}}});
  return registry("mcp-registry",
                  {{"auth",
                    {{"mode", "OIDC"},
                     {"oidc",
                      {{"issuer", issuer.url()},
                       {"audiences", Json::array({"mcp-registry"})},
                       {"ca", {{"configMapKeyRef", {{"name", "issuer-ca"}, {"key", "ca.crt"}}}}}}},
                     {"anonymousNames", Json::array({"public.*"})},
                     {"rules", rules}}}});
}

Answer ask_as(const TestNamespace& ns, const std::string& token, const std::string& method,
              const std::string& path, const Json& body = nullptr) {
  std::vector<std::string> options;
  if (!token.empty()) options = {"--header", "Authorization: Bearer " + token};
  return Cluster::get().http(method, "http://mcp-registry." + ns.name() + ".svc:8080" + path, body, options);
}

int list_as(const TestNamespace& ns, const std::string& token) {
  return ask_as(ns, token, "GET", "/api/v1/tools").status;
}

int write_as(const TestNamespace& ns, const std::string& token, const std::string& name) {
  return ask_as(ns, token, "POST", "/api/v1/tools",
                {{"name", name}, {"version", "1.0.0"}, {"inputSchema", {{"type", "object"}}}})
      .status;
}

void wait_listed(const TestNamespace& ns, const std::string& token, int status) {
  wait_until("the registry answers " + std::to_string(status), [&]() -> std::string {
    const int answered = list_as(ns, token);
    return answered == status ? "" : std::to_string(answered);
  });
}

// What the operator keeps of its keys.
class OperatorKeys {
 public:
  OperatorKeys() : ns_(Cluster::get().operator_namespace()) {}

  Json read() const {
    const Output secret =
        Cluster::get().kubectl({"-n", ns_, "get", "secret", "toolhive-operator-identity", "-o",
                                R"(go-template={{index .data "keys.json" | base64decode}})"});
    if (!secret.ok()) throw std::runtime_error(secret.explain());
    return Json::parse(secret.out).at("keys");
  }
  // As if the key had been made so long ago.
  void age(std::size_t at, std::chrono::minutes age) const {
    Json keys = read();
    const std::time_t made = std::time(nullptr) - std::chrono::seconds(age).count();
    char text[sizeof "2026-01-01T00:00:00Z"];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&made));
    keys.at(at)["made"] = text;
    const Json patch = {{"stringData", {{"keys.json", Json{{"keys", keys}}.dump()}}}};
    const Output done = Cluster::get().kubectl(
        {"-n", ns_, "patch", "secret", "toolhive-operator-identity", "--type=merge", "-p", patch.dump()});
    REQUIRE_MESSAGE(done.ok(), done.explain());
  }

 private:
  const std::string ns_;
};

// How many keys of the operator the registry's pod has.
std::size_t keys_in_pod(const TestNamespace& ns) {
  for (const Json& pod : ns.pods_of("mcp-registry"))
    for (const pid_t process : Cluster::get().processes(pod)) {
      std::ifstream file("/proc/" + std::to_string(process) +
                         "/root/etc/mcp-registry/config/operator-keys.json");
      const Json keys = Json::parse(std::istreambuf_iterator<char>(file), {}, nullptr, false);
      if (keys.is_object()) return keys.at("keys").size();
    }
  throw std::runtime_error("the pod has no keys of the operator");
}

void wait_keys_in_pod(const TestNamespace& ns, std::size_t count) {
  wait_until(
      "the registry's pod has " + std::to_string(count) + " keys of the operator",
      [&]() -> std::string {
        const std::size_t have = keys_in_pod(ns);
        return have == count ? "" : "it has " + std::to_string(have);
      },
      Seconds(240));
}

// Gives an MCPTool another definition twice a second, until it goes. A registry takes a thousand.
class Redefinition {
 public:
  explicit Redefinition(const TestNamespace& ns) : ns_(ns), thread_([this] { run(); }) {}
  ~Redefinition() { stop(); }

  void stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int count() const { return count_; }
  std::string failures() const {
    const std::lock_guard lock(mutex_);
    return failures_;
  }

 private:
  void run() {
    for (; !stopping_; std::this_thread::sleep_for(std::chrono::milliseconds(500))) {
      const int number = ++count_;
      const Json change = {{"spec", {{"definition", {{"description", std::to_string(number)}}}}}};
      const Output patched =
          ns_.kubectl({"patch", "mcptool", "weather", "--type=merge", "-p", change.dump()});
      const auto tool = ns_.find(kMcpTool, "weather");
      const ConditionView registered = tool ? condition(*tool, "Registered") : ConditionView{};
      if (patched.ok() && registered.status == "True") continue;
      const std::lock_guard lock(mutex_);
      failures_ += registered.reason + ": " + registered.message + " " + patched.err + "\n";
    }
  }

  const TestNamespace& ns_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> count_ = 0;
  mutable std::mutex mutex_;
  std::string failures_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace

TEST_CASE("a Registry with tokens of an issuer lets in by its rules while keys change and the issuer goes") {
  NodeIssuer issuer(kPort);
  const NodeIssuer other(kOtherPort);
  const TestNamespace ns("oidc");
  ns.apply(guarded_registry(ns, issuer));
  ns.apply(mcptool("weather"));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  ns.wait_ready(kMcpTool, "weather", Seconds(120));

  const std::string root = issuer.token("root");
  wait_listed(ns, root, 200);
  const std::string ada = issuer.token("ada");
  CHECK(write_as(ns, ada, "weather.today") == 201);
  CHECK(write_as(ns, ada, "maps") == 403);
  CHECK(write_as(ns, "", "weather.tomorrow") == 401);
  CHECK(list_as(ns, issuer.token("root", "lifetime:-60")) == 401);
  CHECK(list_as(ns, issuer.token("root", "audience:somebody")) == 401);
  CHECK(list_as(ns, other.token("root")) == 401);

  CHECK(write_as(ns, ada, "public.clock") == 201);
  CHECK(ask_as(ns, "", "GET", "/api/v1/tools/public.clock").status == 200);
  CHECK(ask_as(ns, "", "GET", "/api/v1/tools/weather.today").status == 401);

  issuer.rotate("ES256");
  const std::string later = issuer.token("root");
  wait_listed(ns, later, 200);
  CHECK(list_as(ns, root) == 401);

  // While it is away, keys that are known do, and others cannot be judged.
  const std::string good = issuer.token("ada");
  issuer.rotate("ES256");
  const std::string unseen = issuer.token("root");
  issuer.stop();
  CHECK(write_as(ns, good, "weather.away") == 201);
  wait_listed(ns, unseen, 503);
  CHECK(ask_as(ns, "", "GET", "/api/v1/tools/public.clock").status == 200);
  ns.apply(mcptool("hail"));
  ns.wait_ready(kMcpTool, "hail");
  issuer.start();
  wait_listed(ns, issuer.token("root"), 200);

  ns.remove(kMcpTool, "weather");
  ns.wait_gone(kMcpTool, "weather");
}

TEST_CASE("while the operator's keys are changed no registry refuses it" * doctest::test_suite("alone")) {
  const NodeIssuer issuer(kPort);
  const TestNamespace ns("keys");
  ns.apply(guarded_registry(ns, issuer));
  ns.apply(mcptool("weather"));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  ns.wait_ready(kMcpTool, "weather", Seconds(120));
  const OperatorKeys keys;
  const std::size_t first = keys.read().size() - 1;
  Redefinition load(ns);

  // The hours that a change takes are taken from the keys' own times.
  keys.age(first, std::chrono::hours(31 * 24));
  wait_keys_in_pod(ns, first + 2);
  const std::string successor = keys.read().at(first + 1).at("key");
  keys.age(first + 1, std::chrono::minutes(61));
  const int before = load.count();
  wait_until(
      "the tool is registered a hundred times more",
      [&]() -> std::string { return load.count() >= before + 100 ? "" : std::to_string(load.count()); },
      Seconds(180));
  keys.age(first + 1, std::chrono::minutes(121));
  wait_keys_in_pod(ns, 1);
  CHECK(keys.read().at(0).at("key") == successor);
  const int last = load.count();
  wait_until("the tool is registered with the new key alone",
             [&]() -> std::string { return load.count() >= last + 20 ? "" : std::to_string(load.count()); });
  load.stop();
  ns.wait_ready(kMcpTool, "weather");

  MESSAGE(load.count() << " definitions");
  CHECK_MESSAGE(load.failures().empty(), load.failures());
  const std::string metrics = ask_as(ns, "", "GET", "/metrics").body;
  CHECK(metrics.find("code=\"201\"") != std::string::npos);
  CHECK(metrics.find("code=\"401\"") == std::string::npos);
}
