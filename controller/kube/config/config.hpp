// Config: where the API server is and how to authenticate to it. Sources: kubeconfig files, or the
// service account that Kubernetes mounts into a pod.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/base/status.hpp"
#include "controller/kube/config/default_name.hpp"

namespace toolhive::kube {

// A PEM text given inline or a file that is read again when it changes. Inline wins, as in
// kubeconfig.
struct PemSource {
  std::string data;
  std::string file;
  bool empty() const { return data.empty() && file.empty(); }
};

// users[].user.exec: a program that prints an ExecCredential (client.authentication.k8s.io/v1 or
// v1beta1).
struct ExecCredentialPlugin {
  std::string api_version;
  std::string command;
  std::vector<std::string> args;
  std::map<std::string, std::string> env;
  std::string install_hint;  // said when the command is not found
  // the server and its CA go to the plugin in KUBERNETES_EXEC_INFO
  bool provide_cluster_info = false;
  std::string folder;  // a command with a relative path is taken from here
};

struct Config {
  std::string server;  // https://host:port[/prefix]
  PemSource certificate_authority;
  std::string tls_server_name;  // empty: the host of `server`
  bool insecure_skip_tls_verify = false;

  PemSource client_certificate;
  PemSource client_key;
  std::string token;
  std::string token_file;  // read again every minute; wins over `token`
  std::optional<ExecCredentialPlugin> exec;

  std::string impersonate_user;
  std::string impersonate_uid;
  std::vector<std::string> impersonate_groups;
  std::map<std::string, std::vector<std::string>> impersonate_extra;
  std::string proxy_url;  // http:// only; TLS to the API server goes through it by CONNECT

  std::string ns = "default";  // namespace of the context, or of the pod
  // "<program>/<version>". The API server names writes after the program that say no field manager
  // of their own.
  std::string user_agent = kDefaultName;
  // Where the configuration came from, for error messages: a file's path and context, or
  // "in-cluster".
  std::string origin;
  bool in_cluster = false;
};

// Merges `paths` as kubectl does: the first file that sets a value wins, files that do not exist
// are skipped. `context` empty takes current-context. Relative file names are taken from the folder
// of the file that holds them. Invalid names the file, the entry and the field; unknown fields are
// ignored, as kubectl does.
StatusOr<Config> load_kubeconfig(const std::vector<std::string>& paths, const std::string& context = {});

// The service account mounted at /var/run/secrets/kubernetes.io/serviceaccount. NotFound outside a
// pod.
StatusOr<Config> load_in_cluster();

// What a program started anywhere wants: `path` if not empty, else $KUBECONFIG (a colon-separated
// list), else the service account, else ~/.kube/config. The error lists what was tried.
StatusOr<Config> load_config(const std::string& path = {}, const std::string& context = {});

}  // namespace toolhive::kube
