// A kubectl that answers what a test has written down.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "controller/plugin/command_line.hpp"

namespace toolhive::test {

// Time passes when somebody waits for it.
class JumpingClock : public Clock {
 public:
  TimePoint now() const override { return now_; }
  WallTime wall() const override { return std::chrono::sys_days(std::chrono::year{2026} / 1 / 2); }
  void wait_until(std::unique_lock<std::mutex>& /*lock*/, std::condition_variable& /*cv*/,
                  TimePoint deadline) override {
    now_ = deadline;
  }

 private:
  TimePoint now_;
};

class ScriptedKubectl {
 public:
  // The first answer whose words begin the command counts.
  void answer(const std::string& command, const std::string& output) {
    answers_.push_back({.command = command, .result = {.output = output}});
  }
  void answer(const std::string& command, const char* output) { answer(command, std::string(output)); }
  void answer(const std::string& command, const Json& output) { answer(command, output.dump()); }
  // Prints `output` and then ends so.
  void answer(const std::string& command, const std::string& output, ProcessResult ending) {
    ending.output = output;
    answers_.push_back({.command = command, .result = std::move(ending)});
  }
  void fail(const std::string& command, const std::string& errors) {
    answers_.push_back({.command = command, .result = {.exit_code = 1, .errors = errors}});
  }
  // As answer() and fail(), the first time; afterwards what comes later counts.
  void answer_once(const std::string& command, const Json& output) {
    answer(command, output);
    answers_.back().once = true;
  }
  void fail_once(const std::string& command, const std::string& errors) {
    fail(command, errors);
    answers_.back().once = true;
  }

  // Runs the program with these words and this person's input.
  int run(const plugin::Words& words, const std::string& typed = "") {
    std::istringstream in(typed);
    out.str("");
    err.str("");
    plugin::Console console({.out = out, .err = err, .in = in}, plugin::Paint(false));
    return plugin::run_command(
        Context{.stop = {}, .clock = clock}, words, "kubectl",
        [this](const Context&, const plugin::Words& argv, const ProcessOptions& options) {
          return reply(argv, options);
        },
        console);
  }

  bool ran(const std::string& command) const {
    for (const std::string& each : commands)
      if (each == command) return true;
    return false;
  }

  std::ostringstream out, err;
  JumpingClock clock;
  std::vector<std::string> commands;  // that were run, words with blanks between them
  std::vector<std::string> inputs;    // that were given to some of them

 private:
  struct Answer {
    std::string command;
    ProcessResult result;
    bool once = false;
  };

  StatusOr<ProcessResult> reply(const plugin::Words& argv, const ProcessOptions& options) {
    std::string command;
    for (std::size_t i = 1; i < argv.size(); ++i) command += (i > 1 ? " " : "") + argv[i];
    commands.push_back(command);
    if (!options.input.empty()) inputs.emplace_back(options.input);
    ProcessResult result = result_of(command);
    if (options.on_output) options.on_output(std::exchange(result.output, ""));
    return result;
  }

  ProcessResult result_of(const std::string& command) {
    for (auto each = answers_.begin(); each != answers_.end(); ++each) {
      if (!command.starts_with(each->command)) continue;
      ProcessResult result = each->result;
      if (each->once) answers_.erase(each);
      return result;
    }
    return {.exit_code = 1,
            .errors = "Error from server (NotFound): nothing was written down for: " + command};
  }

  std::vector<Answer> answers_;
};

}  // namespace toolhive::test
