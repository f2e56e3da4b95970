#include "controller/bridge/flags.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace toolhive;

namespace {

std::string trouble(const std::vector<std::string>& words) {
  return bridge::parse_flags(words).status().message();
}

}  // namespace

TEST_CASE("flags stand before the command, whose own are left alone") {
  const auto flags =
      bridge::parse_flags({"--port", "9000", "--session=per-session", "--allow-origin", "https://a",
                           "--allow-origin=https://b", "--", "npx", "--port", "1"});
  REQUIRE(flags.ok());
  CHECK(flags->port == 9000);
  CHECK(flags->process_per_session);
  CHECK(flags->allowed_origins == std::vector<std::string>{"https://a", "https://b"});
  CHECK(flags->command == std::vector<std::string>{"npx", "--port", "1"});
  CHECK(bridge::parse_flags({"server", "--", "x"})->command == std::vector<std::string>{"server", "--", "x"});
  CHECK(bridge::parse_flags({"--copy-to", "/bridge"})->copy_to == "/bridge");
}

TEST_CASE("a flag that cannot be is refused with what it may be") {
  CHECK(trouble({"--port", "70000", "--", "a"}) == "--port cannot be \"70000\": PORT");
  CHECK(trouble({"--port", "80x", "--", "a"}) == "--port cannot be \"80x\": PORT");
  CHECK(trouble({"--session", "both", "--", "a"}) == "--session cannot be \"both\": shared|per-session");
  CHECK(trouble({"--address", "localhost", "--", "a"}) == "--address cannot be \"localhost\": ADDRESS");
  CHECK(trouble({"--path", "/ready", "--", "a"}) == "--path cannot be \"/ready\": PATH");
  CHECK(trouble({"--port"}) == "--port needs a value: PORT");
  CHECK(trouble({"--prot", "1", "--", "a"}) == "there is no flag --prot; see --help");
  CHECK(trouble({}) == "which program is to be run? It stands behind --; see --help");
}

TEST_CASE("the help names every flag") {
  for (const char* const name : {"--address", "--port", "--path", "--session", "--max-sessions",
                                 "--max-message-bytes", "--request-timeout", "--session-idle",
                                 "--drain-timeout", "--allow-origin", "--log-level", "--copy-to"})
    CHECK(bridge::usage().find(std::string("  ") + name + " ") != std::string::npos);
}
