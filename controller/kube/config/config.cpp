#include "controller/kube/config/config.hpp"

#include <cstdlib>

#include "controller/base/file.hpp"
#include "controller/kube/config/in_cluster.hpp"

namespace toolhive::kube {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
  return value != nullptr ? value : "";
}

std::vector<std::string> split_list(const std::string& paths) {
  std::vector<std::string> result;
  for (std::size_t from = 0; from <= paths.size();) {
    const std::size_t to = std::min(paths.find(':', from), paths.size());
    if (to > from) result.push_back(paths.substr(from, to - from));
    from = to + 1;
  }
  return result;
}

}  // namespace

StatusOr<Config> in_cluster_config(const std::string& folder, const std::string& host,
                                   const std::string& port) {
  if (host.empty() || port.empty())
    return Status(Code::NotFound,
                  "not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
  Config config;
  config.token_file = folder + "/token";
  config.certificate_authority.file = folder + "/ca.crt";
  for (const std::string& file : {config.token_file, config.certificate_authority.file}) {
    if (StatusOr<std::string> content = read_file(file); !content.ok())
      return content.status().with_context(
          "the pod's service account (is automountServiceAccountToken off?)");
  }
  const bool ipv6 = host.find(':') != std::string::npos;
  config.server = "https://" + (ipv6 ? "[" + host + "]" : host) + ":" + port;
  if (StatusOr<std::string> ns = read_file(folder + "/namespace"); ns.ok() && !ns->empty()) {
    config.ns = *ns;
    while (!config.ns.empty() && config.ns.back() == '\n') config.ns.pop_back();
  }
  config.origin = "in-cluster";
  config.in_cluster = true;
  return config;
}

StatusOr<Config> load_in_cluster() {
  return in_cluster_config("/var/run/secrets/kubernetes.io/serviceaccount",
                           environment("KUBERNETES_SERVICE_HOST"), environment("KUBERNETES_SERVICE_PORT"));
}

StatusOr<Config> load_config(const std::string& path, const std::string& context) {
  if (!path.empty()) return load_kubeconfig({path}, context);
  if (const std::string list = environment("KUBECONFIG"); !list.empty()) {
    StatusOr<Config> config = load_kubeconfig(split_list(list), context);
    return config.ok() ? std::move(config) : config.status().with_context("KUBECONFIG");
  }
  StatusOr<Config> pod = load_in_cluster();
  if (pod.status().code() != Code::NotFound) return pod;
  const std::string home = environment("HOME");
  if (home.empty())
    return Status(Code::NotFound,
                  "no configuration of a cluster: no --kubeconfig, KUBECONFIG and HOME are not set, " +
                      pod.status().message());
  StatusOr<Config> config = load_kubeconfig({home + "/.kube/config"}, context);
  if (config.status().code() == Code::NotFound)
    return Status(Code::NotFound, "no configuration of a cluster: KUBECONFIG is not set; " +
                                      pod.status().message() + "; " + home +
                                      "/.kube/config does not exist. Set KUBECONFIG to a kubeconfig file");
  return config;
}

}  // namespace toolhive::kube
