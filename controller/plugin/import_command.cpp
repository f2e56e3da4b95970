#include <memory>
#include <string_view>

#include "controller/base/file.hpp"
#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/lines.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

// As much as the registry's program takes on its standard input.
constexpr std::size_t kMostExport = 64 << 20;
constexpr std::string_view kExportHeader = R"({"format":"mcp-registry-export",)";
constexpr std::string_view kProgressLine = "progress: ";

struct ImportWishes {
  std::string registry;
  std::string input;
  bool dry_run = false;
};

// The registry's own program beside the one that serves, as for an export: times, managers and
// withdrawn versions cannot be told to its HTTP API.
Words import_words(const ImportWishes& wishes) {
  Words words = {"exec",
                 "--stdin",
                 "deployments/" + wishes.registry,
                 "--container=registry",
                 "--",
                 "/usr/bin/mcp-registry",
                 "import",
                 "--config",
                 "/etc/mcp-registry/config/registry.json",
                 "--progress"};
  if (wishes.dry_run) words.emplace_back("--dry-run");
  words.emplace_back("-");
  return words;
}

// The rest is checked where it goes to, down to the checksum at its end, before anything is
// written.
StatusOr<std::string> read_export(const std::string& path) {
  StatusOr<std::string> text = read_file(path, kMostExport);
  if (text.ok() && !text->starts_with(kExportHeader))
    return Status(Code::Invalid, path + " is no export; \"kubectl mcp export\" writes one");
  return text;
}

// What the program says: how far it is, what it refuses, and at its end a line with the numbers.
class ImportWords {
 public:
  explicit ImportWords(Console& console)
      : console_(console), lines_([this](std::string_view line) { take(line); }) {}

  void add(std::string_view piece) { lines_.add(piece); }
  void finish() { lines_.finish(); }
  bool came_to_an_end() const { return ended_; }
  bool began() const { return began_; }
  bool refused_some() const { return refused_; }

 private:
  void take(std::string_view line) {
    if (line.starts_with(kProgressLine)) {
      began_ = true;
      return console_.progress("import: " + visible(line.substr(kProgressLine.size())));
    }
    refused_ = refused_ || line.starts_with("refused: ");
    ended_ = line.ends_with(" refused");
    console_.print(visible(line) + "\n");
  }

  Console& console_;
  Lines lines_;
  bool began_ = false;
  bool refused_ = false;
  bool ended_ = false;
};

StatusOr<int> import_registry(Session& session, const ImportWishes& wishes) {
  const StatusOr<std::string> text = read_export(wishes.input);
  if (!text.ok()) return text.status();
  ImportWords words(session.console);
  const Status ended = session.kubectl.stream(
      session.ctx, import_words(wishes), [&](std::string_view piece) { words.add(piece); }, *text);
  words.finish();
  // The program ends with 1 where it refused something, and has said what.
  if (words.came_to_an_end() && words.refused_some()) {
    session.console.note("What was refused is not in " + visible(wishes.registry) + "; everything else " +
                         (wishes.dry_run ? "would be." : "is."));
    return 1;
  }
  if (ended.ok() && words.came_to_an_end()) return 0;
  if (words.began() && !wishes.dry_run)
    session.console.note("What was added until then stays; repeat the import, and it goes on there.");
  const Status failed =
      ended.ok() ? Status(Code::Unavailable, "the registry did not say what became of it") : ended;
  return failed.with_context("importing into " + visible(wishes.registry));
}

}  // namespace

void add_import(CLI::App& app, Action& chosen) {
  auto* const command = app.add_subcommand(
      "import", "Add to a registry what an export has and it lacks; what is there stays as it is");
  const auto wishes = std::make_shared<ImportWishes>();
  command->add_option("REGISTRY", wishes->registry, "Name of the Registry")->required();
  command->add_option("FILE", wishes->input, "What \"kubectl mcp export\" wrote")->required();
  command->add_flag("--dry-run", wishes->dry_run, "Only say what would be added and what refused");
  choose(command, chosen, wishes, import_registry);
}

}  // namespace toolhive::plugin
