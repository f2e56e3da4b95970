#include <doctest/doctest.h>

#include "registry/store/commit_point.hpp"

using namespace toolhive::registry;

TEST_CASE("the name of a commit point says all of it, and is read back") {
  const CommitPoint points[] = {
      {7, 6, 52'133, 12, "10.244.0.9:8080"},
      {0, 0, 0, 0, ""},
      {18'446'744'073'709'551'615U, 1, 2, 3, "[fd00::1]:8080"},
      {1, 1, 0, 4, "registry-0.registry.mcp.svc:8080"},
  };
  for (const auto& point : points) {
    const auto name = commit_point_name(point);
    CAPTURE(name);
    CHECK(name.find(':') == std::string::npos);
    const auto read = parse_commit_point(name);
    REQUIRE(read);
    CHECK(*read == point);
  }
  CHECK(commit_point_name(points[0]) == "commit-7-6-52133-12-10.244.0.9+8080");
}

TEST_CASE("what is not exactly the name of a commit point is none") {
  for (const char* name :
       {"", "key", "commit-", "commit-1-1-1-1", "commit-1-1-1-", "commit-01-1-1-1-", "commit--1-1-1-",
        "commit-1-1-1-1-a/b", "commit-1-1-1-1-a b", "commit-1-1-1-1-a:1", "Commit-1-1-1-1-",
        "commit-18446744073709551616-1-1-1-", "commit-1-1-1-+1-", "commit-1-1-1-1-a\n"}) {
    CAPTURE(name);
    CHECK_FALSE(parse_commit_point(name));
  }
  CHECK_FALSE(parse_commit_point("commit-1-1-1-1-" + std::string(129, 'a')));
  CHECK(parse_commit_point("commit-1-1-1-1-" + std::string(128, 'a')));
}

TEST_CASE("of two commit points that of the later writer is later, of one writer the later change") {
  CHECK(is_later({2, 1, 0, 0, ""}, {1, 1, 500, 9, ""}));
  CHECK(is_later({2, 1, 0, 1, ""}, {2, 1, 500, 0, ""}));
  CHECK_FALSE(is_later({2, 1, 0, 1, ""}, {2, 1, 0, 1, ""}));
}
