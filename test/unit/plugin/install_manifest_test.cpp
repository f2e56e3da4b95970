#include <doctest/doctest.h>

#include "controller/plugin/install_manifest.hpp"

using namespace toolhive;
using namespace toolhive::plugin;

TEST_CASE("the manifest of this version is printed as it is unless something else is wished") {
  const auto manifest = manifest_for(embedded_manifest(), {});
  REQUIRE(manifest.ok());
  CHECK(*manifest == embedded_manifest());
  CHECK(manifest->find("kind: CustomResourceDefinition") != std::string::npos);
}

TEST_CASE("namespace and images are changed wherever they stand, and nothing else") {
  const auto manifest = manifest_for(
      "  name: toolhive-system\n    namespace: toolhive-system\n# toolhive-system\n"
      "  image: localhost/toolhive-operator:0.1.0\n  value: localhost/mcp-registry:0.1.0\n",
      {.ns = "mcp", .image_prefix = "registry.example.com:5000/team", .image_tag = "1.2.3"});
  REQUIRE_MESSAGE(manifest.ok(), manifest.status());
  CHECK(*manifest ==
        "  name: mcp\n    namespace: mcp\n# toolhive-system\n"
        "  image: registry.example.com:5000/team/toolhive-operator:1.2.3\n"
        "  value: registry.example.com:5000/team/mcp-registry:1.2.3\n");
  const auto whole = manifest_for(embedded_manifest(), {.ns = "mcp", .image_prefix = "example.com/x"});
  REQUIRE(whole.ok());
  CHECK(whole->find("toolhive-system") == std::string::npos);
  CHECK(whole->find("localhost/") == std::string::npos);
}

TEST_CASE("names that would change the manifest's meaning are refused") {
  CHECK(manifest_for("", {.ns = "A b"}).status().code() == Code::Invalid);
  CHECK(manifest_for("", {.image_prefix = "x\n- y"}).status().code() == Code::Invalid);
  CHECK(manifest_for("", {.image_tag = "1: 2"}).status().code() == Code::Invalid);
}
