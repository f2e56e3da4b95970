#include "controller/mcp/http/url.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace toolhive;
using mcp::Url;

namespace {

TEST_CASE("a URL has its parts, with what it leaves out") {
  const Url plain = *Url::parse("https://Example.COM");
  CHECK(plain.tls);
  CHECK(plain.host == "example.com");
  CHECK(plain.port == 443);
  CHECK(plain.target == "/");
  CHECK(plain.origin() == "https://example.com");
  const Url full = *Url::parse("http://[FD00::1]:8080/mcp/?key=s3cret");
  CHECK_FALSE(full.tls);
  CHECK(full.host == "fd00::1");
  CHECK(full.authority() == "[fd00::1]:8080");
  CHECK(full.target == "/mcp/?key=s3cret");
  CHECK(Url::parse("http://a?b")->target == "/?b");
  CHECK(Url::parse("http://a:80/")->authority() == "a");
}

TEST_CASE("messages about a URL do not show its query") {
  CHECK(Url::parse("https://a/mcp?key=s3cret")->shown() == "https://a/mcp");
  CHECK(Url::parse("ftp://a/mcp?key=s3cret").status().message().find("s3cret") == std::string::npos);
}

TEST_CASE("what is no URL of a server is refused") {
  for (const char* bad :
       {"", "a", "ftp://a", "//a", "http://", "http:///x", "http://a b/", "http://a:0/", "http://a:65536",
        "http://a:8o", "http://a:/", "http://u:p@a/", "http://a/#x", "http://[::1", "http://[x]/",
        "http://a\nb/", "http://[::1]x/", "http://\xc3\xa4/", "http://a%41/"}) {
    CAPTURE(bad);
    CHECK(Url::parse(bad).status().code() == Code::Invalid);
  }
  CHECK_FALSE(Url::parse("http://a/" + std::string(2048, 'x')).ok());
  CHECK(Url::parse("http://u:s3cret@a/").status().message().find("user or password") != std::string::npos);
}

TEST_CASE("a reference leads to another path, or another place") {
  const Url base = *Url::parse("https://a:8443/mcp?x");
  CHECK(base.resolve("/mcp/")->origin() == base.origin());
  CHECK(base.resolve("/mcp/")->target == "/mcp/");
  CHECK(base.resolve("//b/x")->origin() == "https://b");
  CHECK(base.resolve("http://a:8443/mcp")->origin() != base.origin());
  CHECK_FALSE(base.resolve("mcp/").ok());
}

}  // namespace
