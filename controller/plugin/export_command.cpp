#include <chrono>
#include <memory>

#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"
#include "controller/plugin/output_file.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

constexpr std::chrono::seconds kProgressPace{1};

struct ExportWishes {
  std::string registry;
  std::string output;
};

// The registry's own program beside the one that serves: whoever may read its tools over HTTP does
// not matter, and every version, status and time is in it.
Words export_words(const std::string& registry) {
  return {"exec",
          "deployments/" + registry,
          "--container=registry",
          "--",
          "/usr/bin/mcp-registry",
          "export",
          "--config",
          "/etc/mcp-registry/config/registry.json"};
}

// Says how much has come, once a second.
class Counting {
 public:
  explicit Counting(Session& session) : session_(session), next_(session.ctx.clock.now() + kProgressPace) {}

  void add(std::size_t bytes) {
    bytes_ += bytes;
    if (session_.ctx.clock.now() < next_) return;
    next_ = session_.ctx.clock.now() + kProgressPace;
    session_.console.progress("export: " + std::to_string(bytes_) + " bytes");
  }
  std::size_t bytes() const { return bytes_; }

 private:
  Session& session_;
  TimePoint next_;
  std::size_t bytes_ = 0;
};

StatusOr<int> export_registry(Session& session, const ExportWishes& wishes) {
  OutputFile file;
  if (const Status opened = file.open(wishes.output); !opened.ok()) return opened;
  Counting counting(session);
  const Status ended =
      session.kubectl.stream(session.ctx, export_words(wishes.registry), [&](std::string_view piece) {
        file.write(piece);
        counting.add(piece.size());
      });
  if (!ended.ok()) return ended.with_context("exporting " + visible(wishes.registry));
  if (const Status finished = file.finish(); !finished.ok()) return finished;
  session.console.note(wishes.output + ": " + std::to_string(counting.bytes()) +
                       " bytes. \"kubectl mcp import\" takes it.");
  return 0;
}

}  // namespace

void add_export(CLI::App& app, Action& chosen) {
  auto* const command =
      app.add_subcommand("export", "Write all that a registry holds to a file, as JSON lines");
  const auto wishes = std::make_shared<ExportWishes>();
  command->add_option("REGISTRY", wishes->registry, "Name of the Registry")->required();
  command->add_option("FILE", wishes->output, "The file to write")->required();
  choose(command, chosen, wishes, export_registry);
}

}  // namespace toolhive::plugin
