// Real processes: what the shell does, and what the loop sees of it.
#include "controller/bridge/child_process.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/bridge/reaper.hpp"
#include "test/support/log_capture.hpp"

using namespace toolhive;
using namespace std::chrono_literals;

namespace {

class Shell {
 public:
  explicit Shell(const std::string& script, bridge::ChildOptions options = {}) : reaper_(loop_) {
    options.command = {"/bin/sh", "-c", script};
    child = *bridge::start_child(loop_, reaper_, options,
                                 {.line = [this](std::string line) { lines.push_back(std::move(line)); },
                                  .ended = [this](const std::string& how) { ended = how; }});
  }

  // Whether that is so within ten seconds.
  bool until(const std::function<bool()>& so) {
    const auto limit = std::chrono::steady_clock::now() + 10s;
    while (!so() && std::chrono::steady_clock::now() < limit) loop_.run_one_for(50ms);
    return so();
  }
  bool until_ended() {
    return until([this] { return ended.has_value(); });
  }
  bool until_lines(std::size_t count) {
    return until([=, this] { return lines.size() >= count; });
  }

  std::vector<std::string> lines;
  std::optional<std::string> ended;

 private:
  boost::asio::io_context loop_;
  bridge::Reaper reaper_;

 public:
  std::unique_ptr<bridge::ChildProcess> child;  // ends before its loop
};

bool exists(const std::string& pid) {
  return std::filesystem::exists("/proc/" + pid);
}

}  // namespace

TEST_CASE("a process takes lines and says lines, and how it ended comes after the last of them") {
  Shell shell("while read -r line; do echo \"got $line\"; done; echo last; exit 3");
  CHECK(shell.child->write("a"));
  CHECK(shell.child->write(std::string(200'000, 'b')));
  REQUIRE(shell.until_lines(2));
  CHECK(shell.lines[0] == "got a");
  CHECK(shell.lines[1].size() == 200'004);
  shell.child->stop();
  REQUIRE(shell.until_ended());
  CHECK(shell.lines.back() == "last");
  CHECK(*shell.ended == "ended with exit code 3");
}

TEST_CASE("a process that is left alone is reaped, and leaves no zombie") {
  Shell shell("echo $$");
  REQUIRE(shell.until_ended());
  CHECK(*shell.ended == "ended with exit code 0");
  CHECK_FALSE(exists(shell.lines.at(0)));
}

TEST_CASE("a process that ignores its end is killed with what it started") {
  bridge::ChildOptions options;
  options.patience = 50ms;
  Shell shell("trap '' TERM; sleep 1000 & echo $!; while :; do sleep 1000; done", options);
  REQUIRE(shell.until_lines(1));
  shell.child->stop();
  REQUIRE(shell.until_ended());
  CHECK(*shell.ended == "ended by signal 9");
  // Nobody here is its parent: the system takes it away.
  CHECK(shell.until([&] { return ::kill(std::stoi(shell.lines[0]), 0) != 0 || !exists(shell.lines[0]); }));
}

TEST_CASE("a process that does not read has so much held back for it and no more") {
  bridge::ChildOptions options;
  options.longest_queue = 100'000;
  Shell shell("echo up; exec sleep 1000", options);
  REQUIRE(shell.until_lines(1));
  std::size_t taken = 0;
  while (taken < 1'000'000 && shell.child->write(std::string(999, 'x'))) taken += 1000;
  CHECK(taken >= 100'000);
  CHECK(taken <= 102'000);
}

TEST_CASE("a process that says too long a line is ended") {
  bridge::ChildOptions options;
  options.longest_line = 1000;
  Shell shell("echo fine; head -c 2000 /dev/zero | tr '\\0' x; echo; sleep 1000", options);
  REQUIRE(shell.until_ended());
  CHECK(*shell.ended == "ended by signal 9");
  CHECK(shell.lines == std::vector<std::string>{"fine"});
}

TEST_CASE("a process that closes its output is ended") {
  bridge::ChildOptions options;
  options.patience = 50ms;
  Shell shell("exec >&-; exec sleep 1000", options);
  REQUIRE(shell.until_ended());
  CHECK(*shell.ended == "ended by signal 15");
}

TEST_CASE("what a process says on standard error is in the log, in lines") {
  test::LogCapture log;
  Shell shell("echo 'a \"quoted\" line' >&2");
  REQUIRE(shell.until_ended());
  CHECK(shell.until([&] {
    const auto lines = log.lines();
    return lines.size() == 1 && lines[0]["msg"] == "a \"quoted\" line" && lines[0]["stream"] == "stderr";
  }));
}

TEST_CASE("letting go of a process ends it without a word") {
  bridge::ChildOptions options;
  options.patience = 50ms;
  Shell shell("echo $$; exec sleep 1000", options);
  REQUIRE(shell.until_lines(1));
  shell.child.reset();
  CHECK(shell.until([&] { return !exists(shell.lines[0]); }));
  CHECK_FALSE(shell.ended.has_value());
}

TEST_CASE("a program that is not there is not found") {
  boost::asio::io_context loop;
  bridge::Reaper reaper(loop);
  bridge::ChildOptions options;
  options.command = {"/nowhere/server"};
  CHECK(bridge::start_child(loop, reaper, options, {}).status().code() == Code::NotFound);
}
