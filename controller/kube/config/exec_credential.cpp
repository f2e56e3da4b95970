#include "controller/kube/config/exec_credential.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/base64.hpp"
#include "controller/base/file.hpp"
#include "controller/base/json.hpp"
#include "controller/base/json_access.hpp"
#include "controller/base/subprocess.hpp"
#include "controller/base/time.hpp"

namespace toolhive::kube {

namespace {

constexpr Duration kLongestRun = std::chrono::minutes(1);

Status refused(const std::string& what) {
  return {Code::Unauthorized, "exec credential plugin: " + what};
}

std::string exec_info(const Config& config) {
  Json info = {{"apiVersion", config.exec->api_version},
               {"kind", "ExecCredential"},
               {"spec", {{"interactive", false}}}};
  if (config.exec->provide_cluster_info) {
    Json& cluster = info["spec"]["cluster"];
    cluster["server"] = config.server;
    if (!config.tls_server_name.empty()) cluster["tls-server-name"] = config.tls_server_name;
    if (config.insecure_skip_tls_verify) cluster["insecure-skip-tls-verify"] = true;
    if (!config.proxy_url.empty()) cluster["proxy-url"] = config.proxy_url;
    std::string authority = config.certificate_authority.data;
    if (authority.empty() && !config.certificate_authority.file.empty()) {
      if (StatusOr<std::string> content = read_file(config.certificate_authority.file); content.ok())
        authority = *std::move(content);
    }
    if (!authority.empty()) cluster["certificate-authority-data"] = encode_base64(authority);
  }
  return info.dump();
}

// The last line that the program wrote for people.
std::string complaint(const std::string& errors) {
  std::string line = errors.substr(0, errors.find_last_not_of("\r\n ") + 1);
  if (const std::size_t start = line.rfind('\n'); start != std::string::npos) line.erase(0, start + 1);
  constexpr std::size_t kLongest = 200;
  if (line.size() > kLongest) line.resize(kLongest);
  return line.empty() ? line : ": " + line;
}

}  // namespace

StatusOr<ExecCredential> parse_exec_credential(const std::string& output, const std::string& api_version) {
  const Json document = Json::parse(output, nullptr, false);
  if (!document.is_object() || string_member(document, "kind") != "ExecCredential")
    return refused("its output is not an ExecCredential");
  if (string_member(document, "apiVersion") != api_version)
    return refused("its output is of version \"" + string_member(document, "apiVersion") + "\", not " +
                   api_version);
  const auto status = document.find("status");
  if (status == document.end() || !status->is_object()) return refused("its output has no status");
  ExecCredential credential{string_member(*status, "token"),
                            string_member(*status, "clientCertificateData"),
                            string_member(*status, "clientKeyData"),
                            {}};
  if (credential.certificate.empty() != credential.key.empty())
    return refused("it gave a client certificate or a key, but not both");
  if (credential.token.empty() && credential.certificate.empty())
    return refused("it gave neither a token nor a client certificate");
  if (credential.token.find_first_of("\r\n") != std::string::npos)
    return refused("its token has a line break");
  if (const std::string expires = string_member(*status, "expirationTimestamp"); !expires.empty()) {
    const auto time = parse_rfc3339(expires);
    if (!time) return refused("its expirationTimestamp is not RFC 3339");
    credential.expires = to_wall_time(*time);
  }
  return credential;
}

StatusOr<ExecCredential> run_exec_plugin(const Context& ctx, const Config& config) {
  const ExecCredentialPlugin& plugin = *config.exec;
  std::vector<std::string> argv = {plugin.command};
  // A path with a slash is relative to the kubeconfig; a bare name is looked up in PATH.
  if (plugin.command.find('/') != std::string::npos && !plugin.command.starts_with('/') &&
      !plugin.folder.empty())
    argv.front() = plugin.folder + "/" + plugin.command;
  argv.insert(argv.end(), plugin.args.begin(), plugin.args.end());
  std::map<std::string, std::string> env = plugin.env;
  env["KUBERNETES_EXEC_INFO"] = exec_info(config);
  StatusOr<ProcessResult> result = run_process(ctx.with_timeout(kLongestRun), argv, {.env = env});
  if (result.status().code() == Code::NotFound)
    return refused(result.status().message() +
                   (plugin.install_hint.empty() ? "" : ". " + plugin.install_hint));
  if (!result.ok()) return result.status().with_context("exec credential plugin");
  if (result->exit_code != 0)
    return refused(argv.front() + " failed with exit code " + std::to_string(result->exit_code) +
                   complaint(result->errors));
  StatusOr<ExecCredential> credential = parse_exec_credential(result->output, plugin.api_version);
  return credential.ok() ? std::move(credential) : credential.status().with_context(argv.front());
}

}  // namespace toolhive::kube
