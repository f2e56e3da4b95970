#include "controller/base/log.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "test/support/log_capture.hpp"

using toolhive::LogLevel;
using toolhive::LogScope;
using toolhive::test::LogCapture;

TEST_SUITE_BEGIN("log");

TEST_CASE("each line is one JSON object with time, level, message and fields") {
  LogCapture capture;
  log(LogLevel::Error, "reconcile failed",
      {{"error", "a \"quoted\"\nreason"}, {"count", std::int64_t{7}}, {"ms", 0.5}, {"done", false}});
  log(LogLevel::Info, "plain");
  const auto lines = capture.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["level"] == "error");
  CHECK(lines[0]["msg"] == "reconcile failed");
  CHECK(lines[0]["error"] == "a \"quoted\"\nreason");
  CHECK(lines[0]["count"] == 7);
  CHECK(lines[0]["ms"] == 0.5);
  CHECK(lines[0]["done"] == false);
  // With microseconds.
  CHECK(lines[0]["ts"].get<std::string>().size() == std::string("2026-01-02T03:04:05.678901Z").size());
  CHECK(lines[1]["msg"] == "plain");
  CHECK(!lines[1].contains("error"));
}

TEST_CASE("a field whose text is empty is left out") {
  LogCapture capture;
  log(LogLevel::Info, "here", {{"traceId", ""}, {"bytes", std::int64_t{0}}});
  const auto lines = capture.lines();
  REQUIRE(lines.size() == 1);
  CHECK(!lines[0].contains("traceId"));
  CHECK(lines[0]["bytes"] == 0);
}

TEST_CASE("lines below the level are not written, those at it are") {
  LogCapture capture(LogLevel::Warn);
  CHECK(!toolhive::log_enabled(LogLevel::Info));
  CHECK(toolhive::log_enabled(LogLevel::Warn));
  log(LogLevel::Info, "no");
  log(LogLevel::Warn, "yes");
  toolhive::log_object(R"({"msg":"whatever the level"})");
  const auto lines = capture.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0]["msg"] == "yes");
  CHECK(lines[1]["msg"] == "whatever the level");
}

TEST_CASE("every line of a thread carries the fields of the scopes it is in") {
  LogCapture capture;
  {
    const LogScope outer({{"controller", "registry"}, {"reconcileID", "1"}});
    {
      const LogScope inner({{"step", "apply"}});
      log(LogLevel::Warn, "inside");
      std::thread([] { log(LogLevel::Warn, "elsewhere"); }).join();
    }
    log(LogLevel::Warn, "after");
  }
  log(LogLevel::Warn, "outside");
  const auto lines = capture.lines();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0]["controller"] == "registry");
  CHECK(lines[0]["step"] == "apply");
  CHECK(!lines[1].contains("controller"));
  CHECK(lines[2]["reconcileID"] == "1");
  CHECK(!lines[2].contains("step"));
  CHECK(!lines[3].contains("controller"));
}

TEST_CASE("whatever a text holds, the line is one line of ASCII and JSON") {
  LogCapture capture;
  log(LogLevel::Info, "bad \xff\x01 bytes\r\n{\"msg\":\"forged\"}",
      {{"peer",
        "\xc2\x9b"
        "2J \xc3\xb6 \x7f"}});
  const auto lines = capture.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["msg"] == "bad \xef\xbf\xbd\x01 bytes\r\n{\"msg\":\"forged\"}");
  CHECK(lines[0]["peer"] ==
        "\xc2\x9b"
        "2J \xc3\xb6 \x7f");
  const auto line = toolhive::log_line({}, LogLevel::Info, "\xc2\x9b \xc3\xb6 \x7f", {}, {});
  for (const char c : line) CHECK((c == '\n' || (c >= ' ' && c <= '~')));
}

TEST_CASE("the newest log counts, and when it goes the one before does again") {
  LogCapture outer(LogLevel::Debug);
  {
    LogCapture inner(LogLevel::Error);
    log(LogLevel::Debug, "nobody's");
    log(LogLevel::Error, "inner's");
    CHECK(inner.lines().size() == 1);
  }
  log(LogLevel::Debug, "outer's");
  const auto lines = outer.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["msg"] == "outer's");
}

TEST_SUITE_END();
