#include "test/integration/crds/install.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "crds/mcptool.hpp"
#include "crds/registry.hpp"
#include "crds/registry_backup.hpp"
#include "test/integration/kube/cluster.hpp"

namespace toolhive::test {

std::string project_file(const std::string& path) {
  std::ifstream file(TOOLHIVE_SOURCE_DIR "/" + path);
  return {(std::istreambuf_iterator<char>(file)), {}};
}

std::string definition(const std::string& name) {
  return project_file("crds/mcpregistry.dev_" + name + ".yaml");
}

// Server-side apply takes YAML as it is, so what is applied is the file itself.
void apply_yaml(const std::string& path, const std::string& yaml) {
  REQUIRE_FALSE(yaml.empty());
  kube::HttpRequest request;
  request.method = "PATCH";
  request.target = path + "?fieldManager=test&force=true";
  request.content_type = "application/apply-patch+yaml";
  request.body = yaml;
  const Status applied = client()->raw(Context{}, request).status();
  REQUIRE_MESSAGE(applied.ok(), applied);
}

namespace {

// Of those that the project defines.
const kube::ResourceType& type_of(const std::string& plural) {
  for (auto* const type : {&registry_type, &mcptool_type, &registry_backup_type})
    if ((*type)().plural == plural) return (*type)();
  FAIL("there is no CRD " << plural);
  return registry_type();
}

}  // namespace

void install(const std::string& name, const std::string& yaml) {
  apply_yaml("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + name + ".mcpregistry.dev", yaml);
  const auto reader = client();
  const Context ctx = Context{}.with_timeout(std::chrono::seconds(30));
  const kube::ResourceType type = type_of(name);
  while (!reader->list(ctx, type, {.ns = "default"}).ok()) {
    REQUIRE_FALSE(ctx.done());
    sleep_for(ctx.clock, std::chrono::milliseconds(50), ctx.stop);
  }
}

}  // namespace toolhive::test
