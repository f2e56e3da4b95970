#include <algorithm>
#include <memory>
#include <optional>

#include "controller/operator/label/label_names.hpp"
#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/kinds.hpp"
#include "controller/plugin/lines.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

struct LogsWishes {
  std::string whose;
  bool follow = false;
  bool previous = false;
  std::string tail = "100";
  std::string operator_namespace = "toolhive-system";
};

// Whose pods: the value of app.kubernetes.io/name, and that of the instance.
struct Pods {
  std::string application;
  std::string instance = {};
  std::string ns = {};  // empty: that of the command line
};

struct Kind {
  const char* prefix;
  const char* type;
  const char* application;
};
constexpr Kind kKinds[] = {{"registry/", kRegistries, kRegistryApplication},
                           {"mcptool/", kMcpTools, kServerApplication}};

std::optional<Pods> named_with_kind(const std::string& whose) {
  for (const Kind& kind : kKinds)
    if (whose.starts_with(kind.prefix))
      return Pods{.application = kind.application, .instance = whose.substr(std::string(kind.prefix).size())};
  return std::nullopt;
}

// A Registry or, where there is none of that name, an MCPTool.
StatusOr<Pods> find_pods(const Session& session, const LogsWishes& wishes) {
  if (wishes.whose == "operator") return Pods{.application = kOperatorName, .ns = wishes.operator_namespace};
  if (std::optional<Pods> named = named_with_kind(wishes.whose)) return *named;
  for (const Kind& kind : kKinds) {
    const Status found =
        session.kubectl.run(session.ctx, {"get", kind.type, wishes.whose, "-o", "name"}).status();
    if (found.ok()) return Pods{.application = kind.application, .instance = wishes.whose};
    if (found.code() != Code::NotFound) return found;
  }
  return Status(Code::NotFound, "there is no Registry and no MCPTool \"" + visible(wishes.whose) +
                                    "\" here; look at the name and at --namespace, or say \"operator\"");
}

Words logs_words(const Pods& pods, const LogsWishes& wishes) {
  std::string selector = std::string("--selector=") + kNameLabel + "=" + pods.application;
  if (!pods.instance.empty()) selector += std::string(",") + kInstanceLabel + "=" + pods.instance;
  Words words = {"logs", selector, "--all-containers", "--prefix", "--tail=" + wishes.tail};
  if (!pods.ns.empty()) words.push_back("--namespace=" + pods.ns);
  if (wishes.follow) words.insert(words.end(), {"--follow", "--max-log-requests=50"});
  if (wishes.previous) words.emplace_back("--previous");
  return words;
}

StatusOr<int> print_logs(Session& session, const LogsWishes& wishes) {
  const StatusOr<Pods> pods = find_pods(session, wishes);
  if (!pods.ok()) return pods.status();
  bool printed = false;
  Lines lines([&](std::string_view line) {
    printed = true;
    session.console.print(visible_lines(line) + "\n");
  });
  const Status ended = session.kubectl.stream(session.ctx, logs_words(*pods, wishes),
                                              [&lines](std::string_view piece) { lines.add(piece); });
  lines.finish();
  // Ctrl-C is how somebody who follows ends it.
  if (ended.code() == Code::Cancelled && wishes.follow) return 0;
  if (!ended.ok()) return ended;
  if (!printed)
    session.console.note("No pod of " + visible(wishes.whose) +
                         " has logged anything; look at \"kubectl mcp status\".");
  return 0;
}

}  // namespace

void add_logs(CLI::App& app, Action& chosen) {
  auto* const command =
      app.add_subcommand("logs", "Show what the pods of a registry, a server or the operator log");
  const auto wishes = std::make_shared<LogsWishes>();
  command
      ->add_option("WHOSE", wishes->whose,
                   "A Registry, an MCPTool (also registry/NAME, mcptool/NAME), or operator")
      ->required();
  command->add_flag("-f,--follow", wishes->follow, "Go on with what they log from now on");
  command->add_flag("-p,--previous", wishes->previous, "Of the containers before the last restart");
  command->add_option("--tail", wishes->tail, "How many lines of each container; -1 for all (100)")
      ->check(CLI::Range(-1, 1'000'000));
  command->add_option("--operator-namespace", wishes->operator_namespace,
                      "Where the operator runs (toolhive-system)");
  choose(command, chosen, wishes, print_logs);
}

}  // namespace toolhive::plugin
