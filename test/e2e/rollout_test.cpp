// Changes of a Registry reach the running pods, and what does not start is reported.
#include <doctest/doctest.h>

#include <filesystem>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;
using namespace nlohmann::literals;

Json template_annotations(const TestNamespace& ns) {
  return ns.get(kDeployment, "mcp-registry")
      .at("/spec/template/metadata"_json_pointer)
      .value("annotations", Json::object());
}

std::string pod_uid(const TestNamespace& ns) {
  return ns.pods_of("mcp-registry").at(0).at("metadata").at("uid");
}

// The registry's image again, under another tag.
std::string second_image() {
  const std::string image = Cluster::get().image("mcp-registry", "e2e-second");
  const std::string archive = std::filesystem::temp_directory_path() / "toolhive-e2e-second.tar";
  const Output made = run({{"bash", "-c", R"(set -e
    folder=$(mktemp -d)
    tar -xf "$1" -C "$folder"
    sed -i "s|\"RepoTags\":\[\"[^\"]*\"\]|\"RepoTags\":[\"$3\"]|" "$folder/manifest.json"
    grep -q "$3" "$folder/manifest.json"
    tar -cf "$2" -C "$folder" .
    rm -r "$folder")",
                            "second_image", source_path("build/images/mcp-registry.tar"), archive, image}});
  REQUIRE_MESSAGE(made.ok(), made.explain());
  Cluster::get().load_image(archive);
  std::filesystem::remove(archive);
  return image;
}

TEST_CASE("a changed configuration is rolled out to the running registry") {
  const TestNamespace ns("config");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  const Json annotations = template_annotations(ns);
  const Json config = ns.get(kConfigMap, "mcp-registry-config").at("data");
  const std::string old = pod_uid(ns);

  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"config", {{"logLevel", "debug"}}}}}});
  wait_until("a new pod", [&] {
    const auto pods = ns.pods_of("mcp-registry");
    return pods.size() == 1 && pods[0].at("metadata").at("uid") != old ? "" : "there is none";
  });
  ns.wait_ready(kRegistry, "mcp-registry");
  CHECK(ns.get(kConfigMap, "mcp-registry-config").at("data") != config);
  CHECK_MESSAGE(template_annotations(ns) != annotations, "the checksum of the configuration");
  CHECK(ns.http("GET", "/health").status == 200);
}

TEST_CASE("a new image is rolled out, and tools survive it") {
  const TestNamespace ns("image");
  ns.apply(registry());
  ns.apply(mcptool("weather"));
  ns.wait_ready(kMcpTool, "weather");
  const Json before = ns.http("GET", "/api/v1/tools/weather").json();

  const std::string image = second_image();
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"image", image}}}});
  ns.wait_ready(kRegistry, "mcp-registry");
  const auto pods = ns.pods_of("mcp-registry");
  REQUIRE(pods.size() == 1);
  CHECK(pods[0].at("/spec/containers/0/image"_json_pointer) == image);
  CHECK(ns.http("GET", "/api/v1/tools/weather").json() == before);
}

TEST_CASE("an image that cannot be pulled leaves Ready False with the reason, until it is corrected") {
  const TestNamespace ns("broken-image");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");

  const std::string image = "localhost/no-such-image:1";
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"image", image}}}});
  ns.wait_condition(kRegistry, "mcp-registry", "Ready", "False");
  wait_until("the report says why", [&]() -> std::string {
    const ConditionView ready = condition(*ns.find(kRegistry, "mcp-registry"), "Ready");
    const bool says = ready.message.find("ImagePullBackOff") != std::string::npos ||
                      ready.message.find("ErrImagePull") != std::string::npos ||
                      ready.message.find(image) != std::string::npos;
    return says ? "" : ready.reason + ": " + ready.message;
  });
  CHECK(ns.get(kRegistry, "mcp-registry").at("status").value("readyReplicas", 0) == 0);

  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"image", nullptr}}}});
  ns.wait_ready(kRegistry, "mcp-registry");
  CHECK(ns.http("GET", "/health").status == 200);
}

TEST_CASE("a program that does not stay up leaves Ready False with the reason") {
  const TestNamespace ns("crash");
  ns.apply(registry("mcp-registry", {{"image", Cluster::get().image("toolhive-operator")}}));
  ns.wait_condition(kRegistry, "mcp-registry", "Ready", "False");
  wait_until("the report says why", [&]() -> std::string {
    const ConditionView ready = condition(*ns.find(kRegistry, "mcp-registry"), "Ready");
    for (const char* sign : {"CrashLoopBackOff", "exited", "exit code", "StartError", "RunContainerError"}) {
      if (ready.message.find(sign) != std::string::npos) return "";
    }
    return ready.reason + ": " + ready.message;
  });
}

TEST_CASE("a PriorityClass that is not there holds a change back until it is") {
  const TestNamespace ns("priority");
  const std::string name = ns.name();
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"podTemplate", {{"priorityClassName", name}}}}}});
  ns.wait_condition(kRegistry, "mcp-registry", "Accepted", "False", "PriorityClassNotFound");
  CHECK(ns.pods_of("mcp-registry").at(0).at("spec").value("priorityClassName", "").empty());

  ns.require_kubectl({"create", "priorityclass", name, "--value=1000"});
  wait_until(
      "its pod has the class",
      [&]() -> std::string {
        for (const Json& pod : ns.pods_of("mcp-registry"))
          if (pod.at("spec").value("priorityClassName", "") == name) return {};
        return condition(ns.get(kRegistry, "mcp-registry"), "Accepted").message;
      },
      Seconds(180));
  ns.wait_ready(kRegistry, "mcp-registry");
  ns.require_kubectl({"delete", "priorityclass", name});
}

}  // namespace
