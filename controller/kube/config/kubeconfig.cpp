// kubeconfig files: https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <optional>
#include <sstream>

#include "controller/base/base64.hpp"
#include "controller/base/file.hpp"
#include "controller/kube/config/config.hpp"

namespace toolhive::kube {

namespace {

struct File {
  std::string path;
  YAML::Node root;
};

// Unwinds to load_kubeconfig() with the status that it returns.
struct Wrong {
  Status status;
};

[[noreturn]] void wrong(const std::string& where, const std::string& what) {
  throw Wrong{Status(Code::Invalid, where + ": " + what)};
}

// One entry of a file, and its name in messages: `/home/me/.kube/config: users["admin"]`.
class Entry {
 public:
  Entry(const File& file, YAML::Node node, std::string where)
      : file_(&file), node_(node), where_(std::move(where)) {}

  std::string at(const std::string& field) const { return where_ + "." + field; }
  bool has(const std::string& field) const { return static_cast<bool>(get(field)); }

  std::string text(const std::string& field) const {
    const YAML::Node value = get(field);
    if (!value) return {};
    if (!value.IsScalar()) wrong(at(field), "must be a string");
    return value.Scalar();
  }

  bool flag(const std::string& field) const {
    const YAML::Node value = get(field);
    if (!value) return false;
    bool result = false;
    if (!value.IsScalar() || !YAML::convert<bool>::decode(value, result))
      wrong(at(field), "must be true or false");
    return result;
  }

  std::vector<std::string> texts(const std::string& field) const {
    std::vector<std::string> result;
    const YAML::Node value = get(field);
    if (!value) return result;
    if (!value.IsSequence()) wrong(at(field), "must be a list of strings");
    for (const YAML::Node& item : value) {
      if (!item.IsScalar()) wrong(at(field), "must be a list of strings");
      result.push_back(item.Scalar());
    }
    return result;
  }

  std::string base64(const std::string& field) const {
    const std::string encoded = text(field);
    std::optional<std::string> decoded = decode_base64(encoded);
    if (!decoded || (!encoded.empty() && decoded->empty())) wrong(at(field), "is not base64");
    return *std::move(decoded);
  }

  // A file name, taken from the folder of the file that holds it.
  std::string file(const std::string& field) const {
    const std::string name = text(field);
    return name.empty() ? name : (std::filesystem::path(file_->path).parent_path() / name).string();
  }

  PemSource pem(const std::string& field) const { return {base64(field + "-data"), file(field)}; }

  std::optional<Entry> child(const std::string& field) const {
    const YAML::Node value = get(field);
    if (!value) return std::nullopt;
    if (!value.IsMap()) wrong(at(field), "must be a mapping");
    return Entry(*file_, value, at(field));
  }

  std::vector<Entry> children(const std::string& field) const {
    std::vector<Entry> result;
    const YAML::Node value = get(field);
    if (!value) return result;
    if (!value.IsSequence()) wrong(at(field), "must be a list");
    for (std::size_t i = 0; i < value.size(); ++i)
      result.emplace_back(*file_, value[i], at(field) + "[" + std::to_string(i) + "]");
    return result;
  }

  std::map<std::string, std::vector<std::string>> lists(const std::string& field) const {
    std::map<std::string, std::vector<std::string>> result;
    const std::optional<Entry> map = child(field);
    if (!map) return result;
    for (const auto& pair : map->node_) {
      const std::string key = pair.first.Scalar();
      result[key] = map->texts(key);
    }
    return result;
  }

  const File& origin() const { return *file_; }
  Entry named(std::string where) const { return {*file_, node_, std::move(where)}; }

 private:
  // Nothing for a field that is absent or null.
  YAML::Node get(const std::string& field) const {
    if (!node_.IsMap()) wrong(where_, "must be a mapping");
    const YAML::Node& map = node_;
    const YAML::Node value = map[field];
    return value && !value.IsNull() ? value : YAML::Node(YAML::NodeType::Undefined);
  }

  const File* file_;
  YAML::Node node_;
  std::string where_;
};

// clusters["x"].cluster and the like, from the first file that has an entry of that name.
std::optional<Entry> find(const std::vector<File>& files, const std::string& list, const std::string& field,
                          const std::string& name) {
  for (const File& file : files) {
    const Entry root(file, file.root, file.path);
    std::optional<Entry> found;
    for (const Entry& item : root.children(list)) {
      if (item.text("name") != name) continue;
      const std::string where = file.path + ": " + list + "[\"" + name + "\"]";
      if (found) wrong(where, "there are two entries of this name");
      const std::optional<Entry> body = item.child(field);
      if (!body) wrong(where, "has no " + field);
      found = body->named(where);
    }
    if (found) return found;
  }
  return std::nullopt;
}

std::string names(const std::vector<File>& files) {
  std::string all;
  for (const File& file : files) all += (all.empty() ? "" : ", ") + file.path;
  return all;
}

// The library makes an empty document, again and again, of what begins no value and is left over.
class DocumentStarts final : public YAML::EventHandler {
 public:
  explicit DocumentStarts(const std::string& path) : path_(path) {}
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (mark.pos == began_)
      wrong(path_, "line " + std::to_string(mark.line + 1) +
                       ": a character that begins no value, such as a comma or a closing bracket");
    began_ = mark.pos;
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

 private:
  const std::string& path_;
  int began_ = -1;  // where the document before did
};

// Null when there is nothing in it. What a second document says would count for nothing.
YAML::Node only_document(const std::string& path, const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStarts starts(path);
  while (parser.HandleNextDocument(starts)) continue;
  YAML::Node only;
  for (const YAML::Node& document : YAML::LoadAll(text)) {
    if (document.IsNull()) continue;
    if (!only.IsNull())
      wrong(path, "line " + std::to_string(document.Mark().line + 1) +
                      ": another YAML document begins, and a kubeconfig is one; make one of the two");
    only.reset(document);
  }
  return only;
}

std::vector<File> read(const std::vector<std::string>& paths) {
  std::vector<File> files;
  std::string tried;
  for (const std::string& path : paths) {
    if (path.empty()) continue;
    tried += (tried.empty() ? "" : ", ") + path;
    StatusOr<std::string> text = read_file(path);
    if (text.status().code() == Code::NotFound) continue;
    if (!text.ok()) throw Wrong{text.status().with_context("kubeconfig")};
    try {
      YAML::Node root = only_document(path, *text);
      if (root.IsNull()) continue;
      if (!root.IsMap()) wrong(path, "is not a kubeconfig: its top level must be a mapping");
      files.push_back({path, root});
    } catch (const YAML::Exception& error) {
      wrong(path, "line " + std::to_string(error.mark.line + 1) + ", column " +
                      std::to_string(error.mark.column + 1) + ": " + error.msg);
    }
  }
  if (files.empty())
    throw Wrong{
        Status(Code::NotFound, "no kubeconfig: none of these files exists and has content: " + tried)};
  return files;
}

std::string current_context(const std::vector<File>& files) {
  for (const File& file : files) {
    std::string name = Entry(file, file.root, file.path).text("current-context");
    if (!name.empty()) return name;
  }
  wrong(names(files), "current-context is not set; set it, or choose a context");
}

void take_cluster(const Entry& cluster, Config& config) {
  config.server = cluster.text("server");
  if (config.server.empty()) wrong(cluster.at("server"), "must be the URL of the API server");
  if (!config.server.starts_with("https://") && !config.server.starts_with("http://"))
    wrong(cluster.at("server"), "must begin with https:// (or http://), but is \"" + config.server + "\"");
  config.certificate_authority = cluster.pem("certificate-authority");
  config.insecure_skip_tls_verify = cluster.flag("insecure-skip-tls-verify");
  if (config.insecure_skip_tls_verify && !config.certificate_authority.empty())
    wrong(cluster.at("insecure-skip-tls-verify"),
          "cannot be true beside a certificate-authority; remove one of the two");
  config.tls_server_name = cluster.text("tls-server-name");
  config.proxy_url = cluster.text("proxy-url");
}

ExecCredentialPlugin exec_plugin(const Entry& exec) {
  ExecCredentialPlugin plugin;
  plugin.api_version = exec.text("apiVersion");
  if (plugin.api_version != "client.authentication.k8s.io/v1" &&
      plugin.api_version != "client.authentication.k8s.io/v1beta1")
    wrong(exec.at("apiVersion"),
          "must be client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1");
  plugin.command = exec.text("command");
  if (plugin.command.empty()) wrong(exec.at("command"), "must name a program");
  plugin.folder = std::filesystem::path(exec.origin().path).parent_path().string();
  plugin.args = exec.texts("args");
  for (const Entry& variable : exec.children("env"))
    plugin.env[variable.text("name")] = variable.text("value");
  plugin.install_hint = exec.text("installHint");
  plugin.provide_cluster_info = exec.flag("provideClusterInfo");
  if (exec.text("interactiveMode") == "Always")
    wrong(exec.at("interactiveMode"),
          "is Always, but this program has no terminal to ask on; use another user");
  return plugin;
}

void take_user(const Entry& user, Config& config) {
  config.client_certificate = user.pem("client-certificate");
  config.client_key = user.pem("client-key");
  if (config.client_certificate.empty() != config.client_key.empty())
    wrong(user.at(config.client_key.empty() ? "client-key" : "client-certificate"),
          "is missing: a client certificate and its key come together");
  config.token = user.text("token");
  config.token_file = user.file("tokenFile");
  if (const std::optional<Entry> exec = user.child("exec")) config.exec = exec_plugin(*exec);
  if (user.has("auth-provider"))
    wrong(user.at("auth-provider"), "is no longer supported by Kubernetes; use an exec plugin instead");
  if (user.has("username") || user.has("password"))
    wrong(user.at("username"),
          "basic authentication is no longer supported by Kubernetes; use a token or a "
          "certificate instead");
  config.impersonate_user = user.text("as");
  config.impersonate_uid = user.text("as-uid");
  config.impersonate_groups = user.texts("as-groups");
  config.impersonate_extra = user.lists("as-user-extra");
  if (config.impersonate_user.empty() &&
      !(config.impersonate_uid.empty() && config.impersonate_groups.empty() &&
        config.impersonate_extra.empty()))
    wrong(user.at("as"), "must be set when as-uid, as-groups or as-user-extra are");
}

Config assemble(const std::vector<File>& files, const std::string& wanted) {
  const std::string name = wanted.empty() ? current_context(files) : wanted;
  const std::optional<Entry> context = find(files, "contexts", "context", name);
  if (!context) wrong(names(files), "there is no context \"" + name + "\"");

  Config config;
  const std::string cluster_name = context->text("cluster");
  const std::optional<Entry> cluster = find(files, "clusters", "cluster", cluster_name);
  if (!cluster) wrong(context->at("cluster"), "there is no cluster \"" + cluster_name + "\"");
  take_cluster(*cluster, config);
  if (const std::string user_name = context->text("user"); !user_name.empty()) {
    const std::optional<Entry> user = find(files, "users", "user", user_name);
    if (!user) wrong(context->at("user"), "there is no user \"" + user_name + "\"");
    take_user(*user, config);
  }
  if (const std::string ns = context->text("namespace"); !ns.empty()) config.ns = ns;
  config.origin = context->origin().path + " (context \"" + name + "\")";
  return config;
}

}  // namespace

StatusOr<Config> load_kubeconfig(const std::vector<std::string>& paths, const std::string& context) {
  try {
    return assemble(read(paths), context);
  } catch (const Wrong& wrong) {
    return wrong.status;
  } catch (const YAML::Exception& error) {
    return Status(Code::Invalid, "kubeconfig: " + error.msg);
  }
}

}  // namespace toolhive::kube
