#include "registry/model/version.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

using namespace toolhive::registry;

namespace {

Version version(const std::string& text) {
  auto parsed = Version::parse(text);
  REQUIRE_MESSAGE(parsed.ok(), text);
  return std::move(*parsed);
}

}  // namespace

TEST_CASE("versions are ordered as section 11 of Semantic Versioning orders its examples") {
  // The numbers of a pre-release may be of any length; "-" is no number, and sorts after them.
  const std::vector<std::string> ascending = {"0.0.1",
                                              "1.0.0-alpha",
                                              "1.0.0-alpha.1",
                                              "1.0.0-alpha.beta",
                                              "1.0.0-beta",
                                              "1.0.0-beta.2",
                                              "1.0.0-beta.11",
                                              "1.0.0-rc.1",
                                              "1.0.0",
                                              "1.0.1-0",
                                              "1.0.1-0.a",
                                              "1.0.1-1",
                                              "1.0.1-99999999999999999999.0",
                                              "1.0.1--",
                                              "1.9.0",
                                              "1.10.0",
                                              "2.0.0",
                                              "999999999999999999.0.0",
                                              "18446744073709551617.0.0",
                                              "99999999999999999999.0.0"};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t k = 0; k < ascending.size(); ++k) {
      CAPTURE(ascending[i]);
      CAPTURE(ascending[k]);
      const auto order = version(ascending[i]).precedence(version(ascending[k]));
      CHECK((order < 0) == (i < k));
      CHECK((order > 0) == (i > k));
    }
  }
}

TEST_CASE("build metadata does not change precedence") {
  CHECK(version("1.0.0+b").precedence(version("1.0.0+a")) == 0);
  CHECK(version("1.0.0-rc.1+x.y").precedence(version("1.0.0-rc.1")) == 0);
  CHECK(version("1.0.0+-").precedence(version("1.0.0-x")) > 0);
}

TEST_CASE("what is not a semantic version is refused with an example") {
  for (const char* text :
       {"", "1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0+", "1.0.0-a..b", "1.0.0-01",
        "1.0.0-a_b", "1.0.0+a+b", "1.0.0 ", " 1.0.0", "^1.0.0", "latest", "1.0.0-\xc3\xa4"}) {
    CAPTURE(text);
    auto parsed = Version::parse(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(parsed.error().code == Code::Invalid);
    CHECK(parsed.error().detail.find("1.4.0") != std::string::npos);
  }
  CHECK_FALSE(Version::parse("1.0.0-" + std::string(250, 'a')).ok());
  CHECK(Version::parse("1.0.0-" + std::string(249, 'a')).ok());
  CHECK(Version::parse("1.0.0+001").ok());
}

TEST_CASE("a series is what a version's number promises to break nobody within") {
  const std::array<std::string, 3> rows[] = {{"1.4.7-rc.1+x", "1", "2.0.0"}, {"12.0.0", "12", "13.0.0"},
                                             {"9.1.0", "9", "10.0.0"},       {"0.3.1", "0.3", "0.4.0"},
                                             {"0.0.9", "0.0", "0.1.0"},      {"0.19.2", "0.19", "0.20.0"}};
  for (const auto& [text, series, next] : rows) {
    CAPTURE(text);
    CHECK(version(text).series() == series);
    CHECK(version(text).next_series()->text() == next);
  }
  CHECK(Version::parse_any("v2.1.0")->series() == "2");
  CHECK(version("1.0.0-a").is_pre_release());
  CHECK_FALSE(version("1.0.0+a-b").is_pre_release());
}

TEST_CASE("the next version raises the minor number and drops the rest") {
  CHECK(version("1.4.7-rc.1+x").next_minor()->text() == "1.5.0");
  CHECK(Version::first().text() == "0.1.0");
  CHECK(version("7.99999999999999999999.0").next_minor()->text() == "7.100000000000000000000.0");
  CHECK(version("0.18446744073709551619.0").next_minor()->text() == "0.18446744073709551620.0");
  CHECK_FALSE(version("0." + std::string(251, '9') + ".0").next_minor().has_value());
}
