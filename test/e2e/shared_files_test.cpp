// A Registry with three replicas on one volume: what is lost when its pods go, the one that writes
// among them, while it is read and written. The volume is a folder that all three have mounted; the
// node is one machine.
#include <doctest/doctest.h>

#include <string>

#include "test/e2e/harness/load.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

Json registry_on_shared_files() {
  return {{"apiVersion", "mcpregistry.dev/v1alpha1"},
          {"kind", "Registry"},
          {"metadata", {{"name", "mcp-registry"}}},
          {"spec",
           {{"replicas", 3},
            {"storage", {{"accessModes", {"ReadWriteMany"}}, {"size", "1Gi"}}},
            {"resources",
             {{"requests", {{"cpu", "10m"}, {"memory", "32Mi"}}}, {"limits", {{"memory", "256Mi"}}}}}}}};
}

void wait_written(const Load& load, const char* when) {
  const int before = load.writes();
  wait_until(std::string("it is written ") + when, [&]() -> std::string {
    return load.writes() > before + 5 ? "" : std::to_string(load.writes() - before) + " writes since";
  });
}

// Of the replica that writes, by its own word; empty while none does.
std::string writer_pod(const TestNamespace& ns) {
  for (const Json& pod : ns.pods_of("mcp-registry")) {
    const std::string name = pod.at("metadata").at("name");
    const Output ready = ns.kubectl(
        {"get", "--raw", "/api/v1/namespaces/" + ns.name() + "/pods/" + name + ":8080/proxy/ready"});
    if (ready.out.find("\"writer\":true") != std::string::npos) return name;
  }
  return {};
}

}  // namespace

TEST_CASE("on files that three pods share no read fails and no acknowledged write is lost, whichever goes") {
  const TestNamespace ns("shared-files");
  ns.apply(registry_on_shared_files());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  ns.wait_ready(kMcpTool, "weather");
  ns.wait_replicas(3);

  Load load(ns);
  wait_written(load, "at first");
  // All of them, and so the one that writes, whoever that is by then.
  for (const Json& pod : ns.pods_of("mcp-registry")) {
    const std::string name = pod.at("metadata").at("name");
    ns.remove(kPod, name);
    ns.wait_gone(kPod, name);
    ns.wait_replicas(3);
    wait_written(load, "after a pod went");
  }
  // A rolling update, and another number of pods.
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"config", {{"logLevel", "debug"}}}}}});
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"replicas", 2}}}});
  ns.wait_replicas(2);
  wait_written(load, "by two");
  CHECK_MESSAGE(load.failed_reads().empty(), load.failed_reads());
  // The one that writes, without a word of farewell: the Service sends requests to it until it has
  // heard.
  std::string writer;
  wait_until("one writes", [&] { return (writer = writer_pod(ns)).empty() ? "none does" : ""; });
  ns.require_kubectl({"delete", "pod", writer, "--grace-period=0", "--force", "--wait=false"});
  wait_written(load, "after the writer was killed");
  ns.wait_replicas(2);
  load.stop();

  MESSAGE(load.reads() << " reads, " << load.acknowledged().size() << " writes acknowledged");
  for (const std::string& name : load.acknowledged()) {
    const Answer answer = ns.http("GET", "/api/v1/tools/" + name);
    CHECK_MESSAGE(answer.ok(), name << ": " << answer.explain());
  }
}
