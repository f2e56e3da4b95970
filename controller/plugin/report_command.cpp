#include <algorithm>
#include <memory>

#include "controller/base/time.hpp"
#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/report.hpp"

namespace toolhive::plugin {

namespace {

struct ReportWishes {
  std::string output;  // empty: named after the time
  ReportScope scope{.operator_namespace = "toolhive-system"};
};

std::string name_of_report(const Session& session) {
  std::string time = to_rfc3339(session.ctx.clock.wall());
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return "mcp-report-" + time + ".zip";
}

StatusOr<int> report(Session& session, const ReportWishes& wishes) {
  const std::string path = wishes.output.empty() ? name_of_report(session) : wishes.output;
  ZipFile archive;
  if (const Status opened = archive.open(path); !opened.ok()) return opened;
  if (const Status written = write_report(session, wishes.scope, archive); !written.ok()) return written;
  if (const Status closed = archive.close(); !closed.ok()) return closed;
  session.console.print(path + "\n");
  session.console.note(
      "Secrets are not in it, and what looks like one was taken out. Look through it before you pass it on.");
  return 0;
}

}  // namespace

void add_report(CLI::App& app, Action& chosen) {
  auto* const command =
      app.add_subcommand("report", "Write a zip for support: objects, events, logs; without secrets");
  const auto wishes = std::make_shared<ReportWishes>();
  command->add_option("--output", wishes->output, "The file to write; else mcp-report-TIME.zip");
  command->add_flag("-A,--all-namespaces", wishes->scope.all_namespaces, "Of all namespaces");
  command->add_option("--operator-namespace", wishes->scope.operator_namespace,
                      "Where the operator runs (toolhive-system)");
  choose(command, chosen, wishes, report);
}

}  // namespace toolhive::plugin
