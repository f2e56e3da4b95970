#include "test/e2e/harness/cluster.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace e2e {
namespace fs = std::filesystem;
namespace {

std::string environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

Output require(const Command& command, const std::string& purpose) {
  Output output = run(command);
  if (!output.ok()) throw std::runtime_error(purpose + " failed: " + output.explain());
  return output;
}

// curl is told to print the status code last.
Answer parse_answer(const Output& output) {
  const auto mark = output.out.rfind('\n');
  if (!output.ok() || mark == std::string::npos) return {0, output.err};
  return {std::atoi(output.out.c_str() + mark + 1), output.out.substr(0, mark)};
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::string source_path(std::string_view relative) {
  return std::string(TOOLHIVE_SOURCE_DIR "/").append(relative);
}

std::string program_path(std::string_view name) {
  return (fs::read_symlink("/proc/self/exe").parent_path() / name).string();
}

Json Answer::json() const {
  if (status == 0) throw std::runtime_error(explain());
  return Json::parse(body);
}

Cluster& Cluster::get() {
  static std::string error;
  static const std::unique_ptr<Cluster> cluster = []() -> std::unique_ptr<Cluster> {
    try {
      return std::unique_ptr<Cluster>(new Cluster);
    } catch (const std::exception& e) {
      error = e.what();
      return nullptr;
    }
  }();
  if (!cluster) throw std::runtime_error("no cluster to test on: " + error);
  return *cluster;
}

Cluster::Cluster()
    : name_(environment("TOOLHIVE_CLUSTER", "")),
      tool_(source_path("test/cluster/cluster")),
      operator_namespace_(environment("NAMESPACE", "toolhive-system")),
      image_prefix_(environment("IMAGE_PREFIX", "localhost")),
      image_tag_(environment("IMAGE_TAG", TOOLHIVE_VERSION)),
      socket_(fs::temp_directory_path() / ("toolhive-e2e-" + std::to_string(::getpid()) + ".sock")) {
  if (name_.empty()) {
    throw std::runtime_error("TOOLHIVE_CLUSTER is not set; start this program through 'test/run.sh e2e'");
  }
  const std::string kubeconfig =
      last_line(require({{tool_, "kubeconfig", "--name", name_}}, "finding the kubeconfig").out);
  ::setenv("KUBECONFIG", kubeconfig.c_str(), 1);
  kubectl_ = last_line(require({.argv = {tool_, "build"}, .timeout = Seconds(1800)}, "finding kubectl").out);
  if (environment("TOOLHIVE_INSTALLED", "").empty()) deploy();
  proxy_ = std::make_unique<Background>(Command{{kubectl_, "proxy", "--unix-socket=" + socket_}});
  for (int i = 0; i < 600 && !fs::exists(socket_); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  if (!fs::exists(socket_)) throw std::runtime_error("kubectl proxy did not start");
}

void Cluster::deploy() const {
  for (const char* image : {"toolhive-operator", "mcp-registry", "mcp-bridge", "weather"}) {
    load_image(source_path("build/images/") + image + ".tar");
  }
  require({.argv = {"make", "--no-print-directory", "-C", source_path(""), "deploy"},
           .env = {{"KUBECTL", kubectl_},
                   {"NAMESPACE", operator_namespace_},
                   {"IMAGE_PREFIX", image_prefix_},
                   {"IMAGE_TAG", image_tag_}},
           .timeout = Seconds(240)},
          "make deploy");
}

Cluster::~Cluster() {
  proxy_.reset();
  fs::remove(socket_);
}

Output Cluster::kubectl(std::vector<std::string> args, std::string input, Seconds timeout) const {
  args.insert(args.begin(), kubectl_);
  return run({.argv = std::move(args), .input = std::move(input), .timeout = timeout});
}

Answer Cluster::api(const std::string& path) const {
  return parse_answer(run({{"curl", "--silent", "--show-error", "--max-time", "20", "--unix-socket", socket_,
                            "--write-out", "\n%{http_code}", "http://localhost" + path}}));
}

std::optional<Json> Cluster::find(const Kind& kind, const std::string& ns, const std::string& name) const {
  const std::string path =
      std::string(kind.prefix) + (ns.empty() ? "" : "/namespaces/" + ns) + "/" + kind.plural + "/" + name;
  const Answer answer = api(path);
  if (answer.status == 404) return std::nullopt;
  if (!answer.ok()) throw std::runtime_error("GET " + path + ": " + answer.explain());
  return answer.json();
}

std::vector<Json> Cluster::list(const Kind& kind, const std::string& ns, const std::string& query) const {
  const std::string path = std::string(kind.prefix) + (ns.empty() ? "" : "/namespaces/" + ns) + "/" +
                           kind.plural + (query.empty() ? "" : "?" + query);
  const Answer answer = api(path);
  if (!answer.ok()) throw std::runtime_error("GET " + path + ": " + answer.explain());
  return answer.json().at("items").get<std::vector<Json>>();
}

Answer Cluster::http(std::string_view method, const std::string& url, const Json& body,
                     const std::vector<std::string>& options) const {
  Command command = inside({"curl", "--silent", "--show-error", "--max-time", "10", "--request",
                            std::string(method), "--write-out", "\n%{http_code}"});
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  if (!body.is_null()) {
    for (const char* arg : {"--header", "Content-Type: application/json", "--data-binary", "@-"}) {
      command.argv.emplace_back(arg);
    }
    command.input = body.dump();
  }
  command.argv.push_back(url);
  return parse_answer(run(command));
}

std::streamoff Cluster::audit_end() const {
  const fs::path home = environment("TOOLHIVE_CLUSTER_HOME", "/var/tmp/toolhive-clusters");
  return static_cast<std::streamoff>(fs::file_size(home / name_ / "audit.log"));
}

std::vector<Json> Cluster::audit(std::streamoff& offset) const {
  const fs::path home = environment("TOOLHIVE_CLUSTER_HOME", "/var/tmp/toolhive-clusters");
  std::ifstream log(home / name_ / "audit.log");
  log.seekg(offset);
  std::vector<Json> lines;
  for (std::string line;
       std::getline(log, line) && !log.eof();) {  // a last line without its end is not complete yet
    offset = log.tellg();
    Json event = Json::parse(line, nullptr, false);
    if (event.is_object())
      lines.push_back(std::move(event));  // the first may be cut, where `offset` was in it
  }
  return lines;
}

Command Cluster::inside(std::vector<std::string> argv) const {
  std::vector<std::string> all = {tool_, "exec", "--name", name_, "--"};
  all.insert(all.end(), argv.begin(), argv.end());
  return {.argv = std::move(all)};
}

void Cluster::load_image(const std::string& archive) const {
  require({.argv = {tool_, "load-image", "--name", name_, archive}, .timeout = Seconds(120)},
          "loading " + archive);
}

std::vector<pid_t> Cluster::processes(const Json& pod) const {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string id = entry.path().filename();
    if (id.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string cgroups = read_file(entry.path() / "cgroup");
    for (const Json& container : pod.at("status").at("containerStatuses")) {
      // "containerd://<id>", and the last part of the cgroup's path is the id.
      const std::string container_id = container.at("containerID");
      if (cgroups.find(container_id.substr(container_id.rfind('/'))) == std::string::npos) continue;
      found.push_back(static_cast<pid_t>(std::stol(id)));
    }
  }
  return found;
}

int Cluster::kill_processes(const Json& pod) const {
  int killed = 0;
  for (const pid_t process : processes(pod))
    if (::kill(process, SIGKILL) == 0) ++killed;
  return killed;
}

std::string Cluster::image(const std::string& name, const std::string& tag) const {
  return image_prefix_ + "/" + name + ":" + (tag.empty() ? image_tag_ : tag);
}

std::vector<Json> Cluster::operator_pods() const {
  std::vector<Json> pods =
      list(kPod, operator_namespace_, "labelSelector=app.kubernetes.io%2Fname%3Dtoolhive-operator");
  std::erase_if(pods, [](const Json& pod) { return pod.at("metadata").contains("deletionTimestamp"); });
  return pods;
}

std::string Cluster::operator_log(int lines) const {
  return kubectl({"-n", operator_namespace_, "logs", "-l", "app.kubernetes.io/name=toolhive-operator",
                  "--prefix", "--tail=" + std::to_string(lines)})
      .explain();
}

}  // namespace e2e
