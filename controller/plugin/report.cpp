#include "controller/plugin/report.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "controller/base/json_access.hpp"
#include "controller/operator/label/label_names.hpp"
#include "controller/plugin/kinds.hpp"
#include "controller/plugin/redacted_object.hpp"
#include "controller/plugin/redacted_text.hpp"

namespace toolhive::plugin {

namespace {

// Of Secrets nothing is read, not even their names.
constexpr const char* kOfUsers[] = {kRegistries, kMcpTools, kBackups, "events"};
constexpr const char* kOfOperator[] = {"deployments.apps",
                                       "replicasets.apps",
                                       "pods",
                                       "jobs.batch",
                                       "persistentvolumeclaims",
                                       "services",
                                       "configmaps",
                                       "networkpolicies.networking.k8s.io",
                                       "poddisruptionbudgets.policy",
                                       "horizontalpodautoscalers.autoscaling",
                                       "ingresses.networking.k8s.io",
                                       "routes.route.openshift.io",
                                       "httproutes.gateway.networking.k8s.io",
                                       "servicemonitors.monitoring.coreos.com",
                                       "prometheusrules.monitoring.coreos.com"};
constexpr const char* kOfInstallation[] = {"deployments.apps", "pods", "leases.coordination.k8s.io",
                                           "events"};
constexpr const char* kMostLogBytes = "1048576";  // of a container
constexpr std::size_t kMostPods = 200;

class Report {
 public:
  Report(const Session& session, const ReportScope& scope, ZipFile& archive)
      : session_(session), scope_(scope), archive_(archive) {}

  Status write() {
    add_output("version.txt", {"version", "-o", "yaml"});
    add_text("plugin.txt", "kubectl-mcp " TOOLHIVE_VERSION "\n");
    for (const char* kind : kOfUsers) add_objects("objects/", kind, where());
    for (const char* kind : kOfOperator) add_objects("objects/", kind, labelled(where()));
    const Words installation = {"--namespace=" + scope_.operator_namespace};
    for (const char* kind : kOfInstallation) add_objects("operator/", kind, installation);
    add_definitions();
    add_logs();
    add_text("errors.txt", errors_.empty() ? "Everything could be read.\n" : errors_);
    return failed_;
  }

 private:
  Words where() const { return scope_.all_namespaces ? Words{"--all-namespaces"} : Words(); }

  static Words labelled(Words words) {
    words.push_back(std::string("--selector=") + kManagedByLabel + "=" + kOperatorName);
    return words;
  }

  // False when nothing more is to be read.
  bool goes_on(const std::string& step) {
    if (session_.ctx.done() && failed_.ok())
      failed_ = Status(Code::Cancelled, "the report was not finished, and is not kept");
    if (failed_.ok()) session_.console.progress("report: " + step);
    return failed_.ok();
  }

  void add_text(const std::string& name, std::string_view text) {
    if (failed_.ok()) failed_ = archive_.add(name, text);
  }

  // What is not offered is not missing.
  void note_error(const std::string& name, const Status& error) {
    if (error.code() != Code::NotFound) errors_ += name + ": " + redacted_text(error.message()) + "\n";
  }

  void add_output(const std::string& name, const Words& words) {
    if (!goes_on(name)) return;
    const StatusOr<std::string> text = session_.kubectl.run(session_.ctx, words);
    if (text.ok())
      add_text(name, redacted_text(*text));
    else
      note_error(name, text.status());
  }

  void add_objects(const std::string& folder, const std::string& kind, const Words& words) {
    const std::string name = folder + kind.substr(0, kind.find('.')) + ".json";
    if (!goes_on(name)) return;
    Words all = {kind};
    all.insert(all.end(), words.begin(), words.end());
    const StatusOr<Json> list = session_.kubectl.get(session_.ctx, all);
    if (!list.ok()) return note_error(name, list.status());
    remember_pods(*list);
    add_text(name, redacted_object(*list).dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  }

  // Their schemas are those of the version; that they are served, and which versions, is of
  // interest.
  void add_definitions() {
    add_output("definitions.txt", {"get", "customresourcedefinitions", "-o", "name"});
  }

  void remember_pods(const Json& list) {
    const Json* const items = value_at(list, "/items");
    if (items == nullptr || !items->is_array()) return;
    for (const Json& item : *items)
      if (string_member(item, "kind") == "Pod" && pods_.size() < kMostPods)
        pods_.insert({text_at(item, "/metadata/namespace"), text_at(item, "/metadata/name")});
  }

  void add_logs() {
    for (const auto& [ns, name] : pods_) {
      const std::string folder = "logs/" + ns + "/" + name;
      const Words words = {"logs",
                           name,
                           "--namespace=" + ns,
                           "--all-containers",
                           "--prefix",
                           "--timestamps",
                           std::string("--limit-bytes=") + kMostLogBytes};
      add_output(folder + ".log", words);
    }
  }

  const Session& session_;
  const ReportScope& scope_;
  ZipFile& archive_;
  std::set<std::pair<std::string, std::string>> pods_;
  std::string errors_;
  Status failed_;
};

}  // namespace

Status write_report(const Session& session, const ReportScope& scope, ZipFile& archive) {
  return Report(session, scope, archive).write();
}

}  // namespace toolhive::plugin
