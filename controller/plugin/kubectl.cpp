#include "controller/plugin/kubectl.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/kube/object/json_text.hpp"
#include "controller/plugin/kubectl_failure.hpp"

namespace toolhive::plugin {

namespace {

constexpr std::size_t kMostOutput = 64 << 20;
// A list of a thousand MCPTools has some hundred thousand.
constexpr std::size_t kMostValues = 2'000'000;
constexpr std::chrono::minutes kLongestRun{1};

}  // namespace

Kubectl::Kubectl(Words command, RunProcess run) : command_(std::move(command)), run_(std::move(run)) {}

StatusOr<std::string> Kubectl::run(const Context& ctx, const Words& words,
                                   const ProcessOptions& options) const {
  Words argv = command_;
  argv.insert(argv.end(), words.begin(), words.end());
  StatusOr<ProcessResult> ran = run_(ctx, argv, options);
  if (!ran.ok()) return not_run(ran.status());
  if (ran->exit_code != 0) return kubectl_failure(words, *ran);
  return std::move(ran->output);
}

StatusOr<std::string> Kubectl::run(const Context& ctx, const Words& words, std::string_view input) const {
  return run(ctx.with_timeout(kLongestRun), words, {.input = input, .most_output = kMostOutput});
}

StatusOr<Json> Kubectl::get(const Context& ctx, const Words& words) const {
  Words all = {"get"};
  all.insert(all.end(), words.begin(), words.end());
  all.insert(all.end(), {"-o", "json"});
  const StatusOr<std::string> text = run(ctx, all);
  if (!text.ok()) return text.status();
  StatusOr<Json> document = kube::parse_json(*text, kMostValues);
  if (!document.ok()) return document.status().with_context("reading what kubectl printed");
  return document;
}

StatusOr<std::vector<Json>> Kubectl::list(const Context& ctx, const Words& words) const {
  StatusOr<Json> document = get(ctx, words);
  if (!document.ok()) return document.status();
  const auto items = document->find("items");
  if (items == document->end() || !items->is_array())
    return Status(Code::Decode, "kubectl printed no list; is $KUBECTL the right program?");
  return items->get<std::vector<Json>>();
}

Status Kubectl::stream(const Context& ctx, const Words& words,
                       const std::function<void(std::string_view)>& on_output, std::string_view input) const {
  return run(ctx, words, ProcessOptions{.input = input, .on_output = on_output}).status();
}

}  // namespace toolhive::plugin
