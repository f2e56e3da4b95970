#include "controller/http/target.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace toolhive;

namespace {

bool refused(std::string_view raw) {
  return !http::check_target("GET", raw).ok();
}

}  // namespace

TEST_CASE("a request target is taken as it is when it is a path, with or without a query") {
  const auto target = http::check_target("GET", "/api/v1/tools?limit=3&q=a%20b").value();
  CHECK(target.origin == "/api/v1/tools?limit=3&q=a%20b");
  CHECK(target.path == "/api/v1/tools");
  CHECK_FALSE(refused("/"));
  CHECK_FALSE(refused("/a//b/"));
  CHECK_FALSE(refused("/a:b@c,d;e=f!$&'()*+~_-.g"));
}

TEST_CASE("a target that is refused is told in a sentence for the client") {
  const toolhive::Status status = http::check_target("GET", "/a/../b").status();
  CHECK(status.code() == toolhive::Code::Invalid);
  CHECK(status.message() == "The path has a `.` or `..` segment; send the path without them.");
}

TEST_CASE("an escaped slash is allowed and left alone") {
  const auto target = http::check_target("GET", "/v0.1/servers/io.example%2Fweather/versions").value();
  CHECK(target.path == "/v0.1/servers/io.example%2Fweather/versions");
  CHECK(http::routing_path(target.path) == "/v0.1/servers/io.example%2Fweather/versions");
}

TEST_CASE("dot segments are refused however they are escaped and delimited") {
  for (const std::string raw :
       {"/.", "/..", "/../", "/a/../b", "/a/./b", "/a/..", "/%2e%2e/etc", "/.%2E", "/%2e", "/a/%2e/b",
        "/a%2F..", "/..%2Fetc%2Fpasswd", "/a%2f%2e%2e%2fb", "/..%5Cetc", "/a%5c.."}) {
    CAPTURE(raw);
    CHECK(refused(raw));
  }
  for (const std::string raw : {"/...", "/.a", "/a.", "/..a", "/a..b/.well-known", "/a?b=/../c"}) {
    CAPTURE(raw);
    CHECK_FALSE(refused(raw));
  }
}

TEST_CASE("NUL is refused everywhere, other control characters in the path") {
  CHECK(refused("/a%00"));
  CHECK(refused("/a?b=%00"));
  CHECK(refused("/a%0d%0aSet-Cookie:x"));
  CHECK(refused("/a%7f"));
  CHECK_FALSE(refused("/a?text=line%0Aline"));
}

TEST_CASE("broken escapes and characters outside RFC 3986 are refused") {
  for (const std::string raw : {"/%", "/%4", "/%zz", "/a%2", "/?%", "/?%g0", "/a b", "/a\"b", "/<a>", "/a|b",
                                "/a\\b", "/a#b", "/\x80", "/?\xff", "/{a}", "/a\tb"}) {
    CAPTURE(raw);
    CHECK(refused(raw));
  }
}

TEST_CASE("of several slashes at the start one is left, so that none is read as a host") {
  const auto target = http::check_target("GET", "///v0.1//servers/?a=//b").value();
  CHECK(target.origin == "/v0.1//servers/?a=//b");
  CHECK(target.path == "/v0.1//servers/");
  CHECK(http::check_target("GET", "http://host//evil.example/x").value().origin == "/evil.example/x");
  CHECK(http::check_target("GET", "//").value().path == "/");
  CHECK(refused("//../x"));
}

TEST_CASE("a path that could be read as a host is refused") {
  CHECK(refused("evil.example:443"));
  CHECK(refused("a/b"));
  CHECK(refused("?a"));
  CHECK(refused(""));
}

TEST_CASE("an absolute form loses its scheme and authority") {
  const auto target = http::check_target("GET", "http://example.com:8080/a?b").value();
  CHECK(target.origin == "/a?b");
  CHECK(target.authority == "example.com:8080");
  CHECK(http::check_target("GET", "HTTPS://example.com").value().origin == "/");
  CHECK(refused("http:///a"));
  CHECK(refused("http://user@host/a"));
  CHECK(refused("ftp://host/a"));
}

TEST_CASE("an asterisk is a target for OPTIONS only") {
  const auto target = http::check_target("OPTIONS", "*").value();
  CHECK(target.asterisk);
  CHECK(refused("*"));
}

TEST_CASE("listener paths are compared with decoded paths") {
  CHECK(http::routing_path("/%61pi/v1") == "/api/v1");
  CHECK(http::routing_path("/a%2fb%20c") == "/a%2Fb c");
}
