#include "controller/plugin/command_line.hpp"

#include <algorithm>
#include <sstream>

#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

struct GlobalFlag {
  const char* names;
  const char* help;
};

// Those of kubectl's own that say which cluster is meant and who asks; none that holds a secret.
constexpr GlobalFlag kGlobalFlags[] = {
    {"-n,--namespace", "Namespace; else the context's"},
    {"--kubeconfig", "Kubeconfig file; else $KUBECONFIG, ~/.kube/config"},
    {"--context", "Context of the kubeconfig; else its current one"},
    {"--cluster", "Cluster of the kubeconfig"},
    {"--user", "User of the kubeconfig"},
    {"--server", "URL of the API server"},
    {"--as", "Act as this user"},
    {"--request-timeout", "How long one request may take, such as 30s"},
};

// Gives kubectl's flags on as they are.
void add_global_flags(CLI::App& app, Words& command) {
  for (const GlobalFlag& flag : kGlobalFlags) {
    const std::string names = flag.names;
    const std::string name = names.substr(names.find("--"));
    app.add_option_function<std::string>(
           names, [&command, name](const std::string& value) { command.push_back(name + "=" + value); },
           flag.help)
        ->group("Cluster");
  }
  app.add_option_function<std::vector<std::string>>(
         "--as-group",
         [&command](const std::vector<std::string>& groups) {
           for (const std::string& group : groups) command.push_back("--as-group=" + group);
         },
         "Act as a member of this group; may be repeated")
      ->allow_extra_args(false)
      ->group("Cluster");
}

void add_commands(CLI::App& app, Action& chosen) {
  app.require_subcommand(1);
  app.fallthrough();
  for (void (*add)(CLI::App&, Action&) :
       {add_status, add_diff, add_approve, add_logs, add_hibernate, add_backup, add_restore, add_export,
        add_import, add_report, add_install, add_completion, add_version})
    add(app, chosen);
}

// The parser wants the last word first.
Words reversed(Words words) {
  std::reverse(words.begin(), words.end());
  return words;
}

// 0 for --help, which is no mistake.
int explain(const CLI::App& app, const CLI::ParseError& error, Console& console) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = app.exit(error, out, err);
  console.print(out.str());
  if (code == 0) return 0;
  console.note(visible_lines(err.str()));
  return kWrongUsage;
}

}  // namespace

int run_command(const Context& ctx, const Words& words, const std::string& kubectl, const RunProcess& run,
                Console& console) {
  CLI::App app{"Looks after MCP registries on Kubernetes.", "kubectl mcp"};
  Words command = {kubectl};
  Action chosen;
  add_global_flags(app, command);
  add_commands(app, chosen);
  try {
    app.parse(reversed(words));
  } catch (const CLI::ParseError& error) {
    return explain(app, error, console);
  }
  const Kubectl cluster(command, run);
  Session session{.ctx = ctx, .kubectl = cluster, .console = console};
  const StatusOr<int> code = chosen(session);
  if (code.ok()) return *code;
  console.note("kubectl mcp: " + code.status().message());
  return kFailed;
}

}  // namespace toolhive::plugin
