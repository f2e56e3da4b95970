#include "controller/base/log_writer.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <future>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using toolhive::LogWriter;

namespace {

constexpr std::size_t kQueueBytes = 64 << 10;
constexpr std::size_t kPipeBytes = 4096;

// A pipe of a single page, so that it is full soon.
class SmallPipe {
 public:
  SmallPipe() {
    REQUIRE(::pipe2(ends_.data(), O_CLOEXEC) == 0);
    REQUIRE(::fcntl(ends_[1], F_SETPIPE_SZ, kPipeBytes) >= 0);
  }
  ~SmallPipe() {
    close_reader();
    close_writer();
  }

  int writer() const { return ends_[1]; }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }

  void wait_until_full() const {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    std::size_t held = 0;
    while (held < kPipeBytes && std::chrono::steady_clock::now() < deadline) {
      int bytes = 0;
      REQUIRE(::ioctl(ends_[0], FIONREAD, &bytes) == 0);
      held = static_cast<std::size_t>(bytes);
      std::this_thread::yield();
    }
    REQUIRE(held == kPipeBytes);
  }

  // All lines until nobody can write any more.
  std::vector<std::string> read_lines() const {
    std::vector<std::string> lines(1);
    char buffer[4096];
    for (ssize_t count; (count = ::read(ends_[0], buffer, sizeof buffer)) > 0;) {
      for (const char c : std::string_view(buffer, static_cast<std::size_t>(count))) {
        if (c == '\n')
          lines.emplace_back();
        else
          lines.back() += c;
      }
    }
    CHECK(lines.back().empty());
    lines.pop_back();
    return lines;
  }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) ::close(ends_[end]);
    ends_[end] = -1;
  }

  std::array<int, 2> ends_{-1, -1};
};

std::string numbered(int number) {
  return "line " + std::to_string(number) + "\n";
}

// How many were lost, when `line` says so; 0 for any other line.
int told_lost(const std::string& line) {
  if (!line.starts_with('{')) return 0;
  const auto json = nlohmann::json::parse(line);
  CHECK(json["level"] == "warn");
  CHECK(json["msg"] == "log lines were lost: they came faster than they were read");
  return json["lines"].get<int>();
}

// Whether `call` comes back soon. One that does not goes on until `release` lets it.
template <class Call, class Release>
bool returns_soon(Call call, Release release) {
  auto called = std::async(std::launch::async, call);
  const bool soon = called.wait_for(10s) == std::future_status::ready;
  if (!soon) release();
  return soon;
}

}  // namespace

TEST_SUITE_BEGIN("log writer");

TEST_CASE("what several threads write comes whole, and each thread's in its order") {
  SmallPipe pipe;
  LogWriter writer(pipe.writer());
  pipe.close_writer();
  std::vector<std::thread> threads;
  for (const char* name : {"a", "b", "c"}) {
    threads.emplace_back([&writer, name] {
      for (int i = 0; i < 1000; ++i) writer.write(name + numbered(i));
    });
  }
  auto read = std::async(std::launch::async, [&pipe] { return pipe.read_lines(); });
  for (auto& thread : threads) thread.join();
  writer.close();
  std::array<int, 3> next{};
  for (const auto& line : read.get())
    CHECK(line + "\n" == line.front() + numbered(next[static_cast<std::size_t>(line.front() - 'a')]++));
  CHECK(next == std::array<int, 3>{1000, 1000, 1000});
  CHECK(writer.lost() == 0);
}

TEST_CASE("while nobody reads, lines are dropped and counted, and whoever writes them does not wait") {
  constexpr int kLines = 50'000;
  SmallPipe pipe;
  LogWriter writer(pipe.writer(), {.queue_bytes = kQueueBytes});
  pipe.close_writer();
  REQUIRE(returns_soon(
      [&writer] {
        for (int i = 0; i < kLines; ++i) writer.write(numbered(i));
      },
      [&pipe] { pipe.close_reader(); }));
  const auto lost = writer.lost();
  CHECK(lost > 0);

  auto read = std::async(std::launch::async, [&pipe] { return pipe.read_lines(); });
  REQUIRE(writer.flush(10s));
  writer.write(numbered(kLines));
  writer.close();
  const auto lines = read.get();
  int next = 0, told = 0;
  std::size_t bytes = 0;
  for (const auto& line : lines) {
    bytes += line.size() + 1;
    if (const int gap = told_lost(line); gap > 0) {
      ++told;
      next += gap;  // They are missing just here.
    } else {
      CHECK(line + "\n" == numbered(next++));
    }
  }
  CHECK(next == kLines + 1);
  CHECK(told >= 1);
  CHECK(writer.lost() == lost);
  // Nothing is kept but the queue, as much on its way, and what the pipe holds.
  CHECK(bytes < 2 * kQueueBytes + kPipeBytes + 1000);
}

TEST_CASE("a line that is larger than the queue is lost, and the next ones are not") {
  SmallPipe pipe;
  LogWriter writer(pipe.writer(), {.queue_bytes = 100});
  writer.write(std::string(100, 'x') + "\n");
  REQUIRE(writer.flush(10s));
  writer.write("short\n");
  writer.close();
  pipe.close_writer();
  const auto lines = pipe.read_lines();
  REQUIRE(lines.size() == 2);
  CHECK(told_lost(lines[0]) == 1);
  CHECK(lines[1] == "short");
}

TEST_CASE("the end writes what is queued") {
  SmallPipe pipe;
  std::future<std::vector<std::string>> read;
  {
    LogWriter writer(pipe.writer());
    pipe.close_writer();
    for (int i = 0; i < 2000; ++i) writer.write(numbered(i));
    read = std::async(std::launch::async, [&pipe] { return pipe.read_lines(); });
  }
  CHECK(read.get().size() == 2000);
}

TEST_CASE("the end waits for a reader that is stuck no longer than it was told, and counts what is lost") {
  SmallPipe pipe;
  LogWriter writer(pipe.writer(), {.queue_bytes = kQueueBytes, .drain = 20ms});
  pipe.close_writer();
  const std::string page(kPipeBytes, 'x');
  writer.write(page + "\n");  // Fills the pipe, and keeps the thread.
  pipe.wait_until_full();
  for (int i = 0; i < 10; ++i) writer.write(numbered(i));
  CHECK(returns_soon([&writer] { writer.close(); }, [&pipe] { pipe.close_reader(); }));
  CHECK(writer.lost() == 10);
  writer.write(numbered(10));
  CHECK(writer.lost() == 11);
  // The thread that was left behind ends with its write.
  const auto lines = pipe.read_lines();
  CHECK(lines == std::vector<std::string>{page});
}

TEST_CASE("a reader that is gone ends nobody, and its lines are counted") {
  SmallPipe pipe;
  LogWriter writer(pipe.writer());
  pipe.close_reader();
  for (int i = 0; i < 10; ++i) writer.write(numbered(i));
  CHECK(writer.flush(10s));
  CHECK(writer.lost() == 10);
}

TEST_CASE("a descriptor that somebody made non-blocking takes every line") {
  SmallPipe pipe;
  REQUIRE(::fcntl(pipe.writer(), F_SETFL, O_NONBLOCK) == 0);
  LogWriter writer(pipe.writer());
  pipe.close_writer();
  for (int i = 0; i < 2000; ++i) writer.write(numbered(i));
  auto read = std::async(std::launch::async, [&pipe] { return pipe.read_lines(); });
  writer.close();
  CHECK(read.get().size() == 2000);
  CHECK(writer.lost() == 0);
}

TEST_CASE("lines that a full disk does not take are told of when it takes lines again") {
  const int file = ::memfd_create("log", MFD_CLOEXEC);
  REQUIRE(file >= 0);
  LogWriter writer(file);
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  const rlimit full{10, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &full) == 0);
  for (int i = 0; i < 5; ++i) {
    writer.write(numbered(i));
    REQUIRE(writer.flush(10s));
  }
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  writer.write(numbered(5));
  writer.close();
  CHECK(writer.lost() == 4);

  std::string text(4096, '\0');
  text.resize(static_cast<std::size_t>(::pread(file, text.data(), text.size(), 0)));
  ::close(file);
  // The second line was cut short; what comes after it begins a line of its own.
  const std::string begin = "line 0\nlin\n";
  REQUIRE(text.starts_with(begin));
  const auto end = text.find('\n', begin.size());
  CHECK(told_lost(text.substr(begin.size(), end - begin.size())) == 4);
  CHECK(text.substr(end + 1) == numbered(5));
}

TEST_SUITE_END();
