// Kubectl: the cluster, by way of the program that people reach it with. Whatever login that
// knows, this knows.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/base/subprocess.hpp"

namespace toolhive::plugin {

using Words = std::vector<std::string>;
using RunProcess =
    std::function<StatusOr<ProcessResult>(const Context&, const Words& argv, const ProcessOptions& options)>;

// Thread-safe, as far as `run` is. Nothing secret may be among the words: others on the machine see
// them.
class Kubectl {
 public:
  // `command`: the program and the flags that say which cluster is meant.
  explicit Kubectl(Words command, RunProcess run = run_process);

  // What it prints, at most 64 MiB, within a minute. A failure says what kubectl said and what to
  // do; its code is that of the API server's answer as far as it can be told.
  StatusOr<std::string> run(const Context& ctx, const Words& words, std::string_view input = {}) const;
  // The document that `kubectl get` prints.
  StatusOr<Json> get(const Context& ctx, const Words& words) const;
  // The objects of the list that `kubectl get` prints.
  StatusOr<std::vector<Json>> list(const Context& ctx, const Words& words) const;
  // Gives what it prints piece by piece, for as long as it runs, also where it fails in the end.
  Status stream(const Context& ctx, const Words& words,
                const std::function<void(std::string_view)>& on_output, std::string_view input = {}) const;

 private:
  StatusOr<std::string> run(const Context& ctx, const Words& words, const ProcessOptions& options) const;

  const Words command_;
  const RunProcess run_;
};

}  // namespace toolhive::plugin
