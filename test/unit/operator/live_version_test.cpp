// The versions and names that a server's tools are registered with.
#include <doctest/doctest.h>

#include "controller/operator/live/live_version.hpp"
#include "controller/operator/live/rename.hpp"
#include "controller/operator/live/tool_name.hpp"

using namespace toolhive;

TEST_SUITE_BEGIN("live versions");

TEST_CASE("a tool takes its server's version where that is a semantic one") {
  const struct {
    const char* of_server;
    const char* version;
  } cases[] = {
      {"1.2.3", "1.2.3"},
      {"v1.2.3", "1.2.3"},
      {"1", "1.0.0"},
      {"v1.2", "1.2.0"},
      {"1.2-rc.1", "1.2.0-rc.1"},
      {"1.2.3-rc.1+build.05", "1.2.3-rc.1+build.05"},
      {"0.0.0", "0.0.0"},
      {"", "0.0.0+sha.1a2b3c4d"},
      {"latest", "0.0.0+sha.1a2b3c4d"},
      {"2025-06-18", "0.0.0+sha.1a2b3c4d"},
      {"2025.06.18", "0.0.0+sha.1a2b3c4d"},
      {"1.2.3.4", "0.0.0+sha.1a2b3c4d"},
      {"1..3", "0.0.0+sha.1a2b3c4d"},
      {"1.2.3-", "0.0.0+sha.1a2b3c4d"},
      {"1.2.3-01", "0.0.0+sha.1a2b3c4d"},
      {"1.2.3+", "0.0.0+sha.1a2b3c4d"},
      {"1.2.3 ", "0.0.0+sha.1a2b3c4d"},
      {"1.2.3-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "0.0.0+sha.1a2b3c4d"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.of_server);
    CHECK(live_version(c.of_server, "sha256:1a2b3c4d5e6f") == c.version);
  }
}

TEST_CASE("other content under the same number has the content as build metadata") {
  CHECK(with_content("1.2.0", "sha256:1a2b3c4d5e6f") == "1.2.0+sha.1a2b3c4d");
  CHECK(with_content("1.2.0+b5", "sha256:1a2b3c4d5e6f") == "1.2.0+b5.sha.1a2b3c4d");
}

TEST_CASE("a name is one that a registry can have, or the cause is told") {
  CHECK(check_tool_name("weather.get_Forecast-2").ok());
  CHECK(check_tool_name(std::string(128, 'a')).ok());
  for (const std::string& name : {std::string(), std::string("."), std::string(".."), std::string("a b"),
                                  std::string("f\xC3\xBC"), std::string("a/b"), std::string(129, 'a')}) {
    CAPTURE(name);
    CHECK(check_tool_name(name).code() == Code::Invalid);
  }
}

TEST_CASE("a tool that is gone was probably renamed to the one that came") {
  using Names = std::vector<std::string>;
  using Renames = std::map<std::string, std::string>;
  CHECK(probable_renames({"read"}, {"fetch"}) == Renames{{"read", "fetch"}});
  CHECK(probable_renames({"read"}, {}).empty());
  CHECK(probable_renames({}, {"fetch"}).empty());
  CHECK(probable_renames({"list_cities", "now"}, {"list_towns", "search_all"}) ==
        Renames{{"list_cities", "list_towns"}});
  CHECK(probable_renames({"a_list", "b_list"}, {"b_lists", "a_lists"}) ==
        Renames{{"a_list", "a_lists"}, {"b_list", "b_lists"}});
  CHECK(probable_renames(Names(33, "get_a"), {"get_b", "get_c"}).empty());
}

TEST_SUITE_END();
