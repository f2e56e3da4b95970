#include "test/faults/harness/fault_proxy.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "controller/kube/config/config.hpp"
#include "test/faults/harness/await.hpp"
#include "test/faults/harness/settings.hpp"

using namespace toolhive;

namespace toolhive::faults {

namespace {

constexpr const char* kEvents = "/apis/events.k8s.io/";

LogEntry parse(const Json& line) {
  LogEntry entry;
  entry.event = line.at("event");
  entry.id = line.value("id", std::uint64_t{0});
  entry.method = line.value("method", "");
  entry.path = line.value("path", "");
  entry.watch = line.value("watch", false);
  entry.write = line.value("write", false);
  entry.status = line.value("status", 0);
  entry.rule = line.value("rule", -1);
  entry.fault = line.value("fault", "");
  return entry;
}

}  // namespace

const std::string& fault_proxy_program() {
  static const std::string program = [] {
    const e2e::Output built =
        e2e::run({.argv = {source_path("test/faults/proxy/build.sh")}, .timeout = e2e::Seconds(600)});
    if (!built.ok()) throw std::runtime_error("building the fault proxy failed: " + built.explain());
    return built.out.substr(0, built.out.find('\n'));
  }();
  return program;
}

FaultProxy::FaultProxy(const std::string& folder) : folder_(folder), kubeconfig_(folder + "/kubeconfig") {
  const char* onward = std::getenv("KUBECONFIG");
  process_ = std::make_unique<e2e::Background>(
      e2e::Command{{fault_proxy_program(), "--kubeconfig", onward != nullptr ? onward : "",
                    "--write-kubeconfig", kubeconfig_, "--log", folder_ + "/proxy.log", "--seed",
                    std::to_string(std::max<std::uint64_t>(settings().seed, 1))}});
  await("the fault proxy listens", [&] {
    if (!process_->running()) return "it ended";
    return std::filesystem::exists(kubeconfig_) ? "" : "it has not written its kubeconfig";
  });
  const auto config = kube::load_kubeconfig({kubeconfig_});
  if (!config.ok()) throw std::runtime_error(config.status().to_string());
  auto transport = kube::make_transport(*config);
  if (!transport.ok()) throw std::runtime_error(transport.status().to_string());
  transport_ = *std::move(transport);
}

FaultProxy::~FaultProxy() = default;

void FaultProxy::put_plan(const std::string& text, Log log) {
  kube::HttpRequest request;
  request.method = "PUT";
  request.target = log == Log::GoesOn ? "/faults/plan?watches=cut" : "/faults/plan";
  request.content_type = "application/yaml";
  request.body = text;
  const auto answer = transport_->send(Context{}.with_timeout(std::chrono::seconds(10)), request);
  if (!answer.ok()) throw std::runtime_error("setting a plan: " + answer.status().to_string());
  if (answer->status != 204) throw std::runtime_error("the fault proxy refuses the plan: " + answer->body);
  read_log(log);
}

void FaultProxy::set_plan(const Json& plan) {
  put_plan(plan.dump(), Log::BeginsAnew);  // JSON is YAML
}

void FaultProxy::load_plan(const std::string& file) {
  std::ifstream plan(source_path("test/faults/plans/" + file));
  plan_.assign(std::istreambuf_iterator<char>(plan), {});
  put_plan(plan_, Log::BeginsAnew);
}

void FaultProxy::break_nothing() {
  set_plan({{"description", "nothing is broken"}});
}

void FaultProxy::repeat_plan() {
  put_plan(plan_, Log::GoesOn);
}

void FaultProxy::read_log(Log at_plan) {
  std::ifstream file(folder_ + "/proxy.log");
  file.seekg(read_);
  for (std::string line; std::getline(file, line) && !file.eof();) {
    read_ = file.tellg();
    const Json document = Json::parse(line);
    if (document.at("event") == "plan") {
      if (at_plan == Log::BeginsAnew) log_.clear();
      rules_ = document.value("rules", 0);
    } else {
      add(parse(document));
    }
  }
}

void FaultProxy::add(const LogEntry& entry) {
  if (entry.event == "request" && (entry.write || entry.watch)) under_way_[entry.id] = entry;
  const auto request = under_way_.find(entry.id);
  if (request != under_way_.end() && entry.event == "response") {
    const LogEntry& asked = request->second;
    if (asked.watch && entry.status == 200) ++open_watches_;
    if (asked.method == "PATCH" && entry.status == 201 && asked.path.find("/proxy/") == std::string::npos)
      ++made_[asked.path];
    if (asked.write || entry.status != 200) under_way_.erase(request);
  } else if (request != under_way_.end() && entry.event == "end") {
    --open_watches_;
    under_way_.erase(request);
  }
  log_.push_back(entry);
}

const std::map<std::string, int>& FaultProxy::made() {
  read_log();
  return made_;
}

std::size_t FaultProxy::open_watches() {
  read_log();
  return open_watches_;
}

const std::vector<LogEntry>& FaultProxy::log() {
  read_log();
  return log_;
}

bool FaultProxy::struck(int rule) {
  const auto& entries = log();
  return std::any_of(entries.begin(), entries.end(),
                     [&](const LogEntry& entry) { return entry.event == "fault" && entry.rule == rule; });
}

std::vector<LogEntry> FaultProxy::writes() {
  std::vector<LogEntry> found;
  for (const LogEntry& entry : log())
    if (entry.event == "request" && entry.write && !entry.path.starts_with(kEvents)) found.push_back(entry);
  return found;
}

std::size_t FaultProxy::requests() {
  const auto& entries = log();
  return static_cast<std::size_t>(std::count_if(
      entries.begin(), entries.end(), [](const LogEntry& entry) { return entry.event == "request"; }));
}

}  // namespace toolhive::faults
