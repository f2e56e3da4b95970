// WorkloadSpec: the C++ view of spec.server.workload of an MCPTool, a server that the operator
// runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/kube/object/field_reader.hpp"
#include "crds/pod_settings.hpp"

namespace toolhive {

struct WorkloadSpec {
  enum class Transport { StreamableHTTP, Stdio };
  // How clients share the process of a stdio server.
  enum class Sessions { Shared, PerSession };

  // A Secret or ConfigMap of the MCPTool's namespace, as files.
  struct Files {
    std::string mount_path;
    std::string secret;  // one of the two is empty
    std::string config_map;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("mountPath");
      fields.read("mountPath", mount_path);
      fields.object("secretRef").read("name", secret);
      fields.object("configMapRef").read("name", config_map);
    }
  };

  std::string image;
  std::string image_pull_policy;
  std::vector<std::string> image_pull_secrets;
  std::vector<std::string> command;  // empty: the image's own
  std::vector<std::string> args;
  JsonPtr env;       // as in a container
  JsonPtr env_from;  // as in a container
  std::vector<Files> files;
  std::vector<std::string> writable_paths;  // besides /tmp
  Transport transport = Transport::StreamableHTTP;
  Sessions sessions = Sessions::Shared;
  std::int64_t port = 8080;
  std::string path = "/mcp";
  std::int64_t replicas = 1;
  std::optional<Resources> resources;
  std::optional<std::int64_t> run_as_user;  // absent: the image's own
  bool read_only_root = true;
  bool network_policy = true;
  JsonPtr clients;  // peers that may connect besides the operator, as in a NetworkPolicy
  PodTemplate pod_template;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.require("image");
    fields.read("image", image);
    fields.read("imagePullPolicy", image_pull_policy);
    for (const Fields& secret : fields.objects("imagePullSecrets")) {
      secret.require("name");
      secret.read("name", image_pull_secrets.emplace_back());
    }
    fields.read("command", command);
    fields.read("args", args);
    fields.read("env", env);
    fields.read("envFrom", env_from);
    for (const Fields& item : fields.objects("files")) files.emplace_back().describe(item);
    fields.read("writablePaths", writable_paths);
    fields.read_word("transport", transport,
                     {{"StreamableHTTP", Transport::StreamableHTTP}, {"Stdio", Transport::Stdio}});
    fields.read_word("sessions", sessions,
                     {{"Shared", Sessions::Shared}, {"PerSession", Sessions::PerSession}});
    fields.read("port", port);
    fields.read("path", path);
    fields.read("replicas", replicas);
    fields.read("resources", resources);
    fields.read("runAsUser", run_as_user);
    fields.read("readOnlyRootFilesystem", read_only_root);
    const Fields policy = fields.object("networkPolicy");
    policy.read("enabled", network_policy);
    policy.read("from", clients);
    fields.read("podTemplate", pod_template);
  }
};

}  // namespace toolhive
