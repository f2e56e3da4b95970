#include <memory>
#include <string_view>

#include "controller/plugin/candidates.hpp"
#include "controller/plugin/cli.hpp"
#include "controller/plugin/commands.hpp"

namespace toolhive::plugin {

namespace {

struct CompletionWishes {
  std::string shell;
};

constexpr std::string_view kBash = R"(# source <(kubectl-mcp completion bash)
_kubectl_mcp() {
  local IFS=$'\n'
  COMPREPLY=($(kubectl-mcp __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -F _kubectl_mcp kubectl-mcp
)";
constexpr std::string_view kZsh = R"(#compdef kubectl-mcp
# source <(kubectl-mcp completion zsh)
_kubectl_mcp() {
  local -a found
  found=("${(@f)$(kubectl-mcp __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $found
}
compdef _kubectl_mcp kubectl-mcp
)";
constexpr std::string_view kFish = R"(# kubectl-mcp completion fish | source
complete -c kubectl-mcp -f -a '(kubectl-mcp __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
)";

StatusOr<int> print_script(Session& session, const CompletionWishes& wishes) {
  session.console.print(wishes.shell == "bash" ? kBash : wishes.shell == "zsh" ? kZsh : kFish);
  return 0;
}

// What the scripts call; hidden from the help.
void add_candidates(CLI::App& app, Action& chosen) {
  auto* const command = app.add_subcommand("__complete", "Print what the last word could become")->group("");
  const auto words = std::make_shared<std::vector<std::string>>();
  command->add_option("WORDS", *words, "The words behind kubectl-mcp, the last one unfinished");
  command->callback([&app, &chosen, words] {
    chosen = [&app, words](Session& session) -> StatusOr<int> {
      for (const std::string& each : candidates(app, *words, session)) session.console.print(each + "\n");
      return 0;
    };
  });
}

}  // namespace

void add_completion(CLI::App& app, Action& chosen) {
  auto* const command = app.add_subcommand("completion", "Print the script that has a shell complete words");
  const auto wishes = std::make_shared<CompletionWishes>();
  command->add_option("SHELL", wishes->shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  choose(command, chosen, wishes, print_script);
  add_candidates(app, chosen);
}

}  // namespace toolhive::plugin
