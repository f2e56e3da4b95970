// Pages of an upstream over HTTP, and the settings that say how.
#include "registry/upstream/page_source.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "registry/config/config.hpp"
#include "test/stores/scripted_server.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::upstream;
using test::ScriptedServer;

namespace {

std::string http_answer(const std::string& status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
         "Connection: close\r\n\r\n" + body;
}

UpstreamSettings settings_for(const ScriptedServer& server) {
  UpstreamSettings settings;
  settings.name = "one";
  settings.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/base";
  settings.addresses = {"127.0.0.1"};
  return settings;
}

Result<std::string> read_from(const UpstreamSettings& settings, const PageQuery& query = {}) {
  auto source = HttpPageSource::open(settings);
  if (!source) return source.take_error();
  return (*source)->read({}, query);
}

std::string refusal_of(const std::string& yaml) {
  const auto config = parse_config(yaml);
  return config.ok() ? "" : config.error().field + ": " + config.error().detail;
}

// A file of its own.
class SecretFile {
 public:
  explicit SecretFile(const std::string& text) {
    char path[] = "/tmp/upstream-secret-XXXXXX";
    const int fd = ::mkstemp(path);
    REQUIRE(fd >= 0);
    ::close(fd);
    path_ = path;
    write(text);
  }
  ~SecretFile() { ::unlink(path_.c_str()); }
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;
  void write(const std::string& text) const { std::ofstream(path_) << text; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

TEST_CASE("a page of an upstream is asked for as the official API has it") {
  ScriptedServer server(http_answer("200 OK", "{}"));
  const auto text = read_from(settings_for(server), {50, "2026-01-01T00:00:00Z", "io.example/a:1.0.0"});
  REQUIRE_MESSAGE(text.ok(), (text.ok() ? "" : text.error().detail));
  CHECK(*text == "{}");
  CHECK(server.heard().starts_with(
      "GET /base/v0.1/servers?include_deleted=true&limit=50&updated_since=2026-01-01T00%3A00%3A00Z"
      "&cursor=io.example%2Fa%3A1.0.0 HTTP/1.1\r\n"));
}

TEST_CASE("the credentials of an upstream are read for each page, and never told") {
  ScriptedServer server(http_answer("401 Unauthorized", "no"));
  const SecretFile token("first-secret\n");
  const SecretFile key("key-secret");
  auto settings = settings_for(server);
  settings.token_file = token.path();
  settings.headers = {{"X-Api-Key", key.path()}};
  auto source = HttpPageSource::open(settings);
  REQUIRE(source.ok());
  const auto refused = (*source)->read({}, {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().detail.find("refuses the token") != std::string::npos);
  CHECK(refused.error().detail.find("secret") == std::string::npos);
  token.write("second-secret\n");
  CHECK_FALSE((*source)->read({}, {}).ok());
  const auto heard = server.heard();
  for (const char* line : {"Authorization: Bearer first-secret\r\n",
                           "Authorization: Bearer second-secret\r\n", "X-Api-Key: key-secret\r\n"})
    CHECK_MESSAGE(heard.find(line) != std::string::npos, line);
  settings.token_file = "/nowhere/token";
  CHECK(read_from(settings).error().detail.find("/nowhere/token") != std::string::npos);
}

TEST_CASE("a redirect of an upstream is not followed, and where to is told") {
  ScriptedServer server(
      http_answer("308 Permanent Redirect", "", "Location: https://other.example/x?key=1\r\n"));
  const auto text = read_from(settings_for(server));
  REQUIRE_FALSE(text.ok());
  CHECK(text.error().detail.find("redirects to https://other.example,") != std::string::npos);
}

TEST_CASE("an upstream at an address that is not allowed is not connected to") {
  ScriptedServer server(http_answer("200 OK", "{}"));
  auto settings = settings_for(server);
  settings.addresses.clear();
  const auto text = read_from(settings);
  REQUIRE_FALSE(text.ok());
  CHECK(text.error().detail.find("loopback") != std::string::npos);
  CHECK(server.heard().empty());
}

TEST_CASE("a page that does not end is given up when it is too large") {
  ScriptedServer server("HTTP/1.1 200 OK\r\n\r\n" + std::string(64 << 10, ' '), true);
  const auto text = read_from(settings_for(server));
  REQUIRE_FALSE(text.ok());
  CHECK(text.error().code == toolhive::registry::Code::TooLarge);
}

TEST_CASE("upstreams are read from the configuration, with every field") {
  const auto config = parse_config(R"(
upstreams:
- name: official
  url: https://registry.example.com/
  include: ["io.github.*"]
  exclude: ["*/test-*"]
  interval: 1h
  fullInterval: 48h
  versions: 100
  caFile: /ca/ca.crt
  tokenFile: /token
  headers: [{name: X-Key, valueFile: /key}]
  addresses: [10.0.0.0/8]
- {name: other, url: "http://other.mcp.svc:8080"}
)");
  REQUIRE_MESSAGE(config.ok(), (config.ok() ? "" : config.error().field + config.error().detail));
  REQUIRE(config->upstreams.size() == 2);
  const auto& first = config->upstreams[0];
  CHECK(first.url == "https://registry.example.com");
  CHECK(first.names.allow == std::vector<std::string>{"io.github.*"});
  CHECK(first.names.deny == std::vector<std::string>{"*/test-*"});
  CHECK(first.interval == std::chrono::hours(1));
  CHECK(first.full_interval == std::chrono::hours(48));
  CHECK(first.versions == 100);
  CHECK(first.ca_file == "/ca/ca.crt");
  CHECK(first.token_file == "/token");
  CHECK(first.headers.at(0).value_file == "/key");
  CHECK(first.addresses == std::vector<std::string>{"10.0.0.0/8"});
  CHECK(config->upstreams[1].interval == std::chrono::minutes(15));
}

TEST_CASE("an upstream that cannot work is refused with the field's path") {
  const auto with = [](const std::string& more) {
    return refusal_of("upstreams: [{name: a, url: 'https://r.example'}, {" + more + "}]");
  };
  CHECK(with("name: b, url: 'https://r.example'").empty());
  CHECK(with("url: 'https://r.example'").starts_with("upstreams[1].name: is missing"));
  CHECK(with("name: a, url: 'https://r.example'").starts_with("upstreams[1].name: is that of another"));
  CHECK(with("name: A_b, url: 'https://r.example'").starts_with("upstreams[1].name: must be"));
  CHECK(with("name: b").starts_with("upstreams[1].url: is missing"));
  CHECK(with("name: b, url: 'ftp://r.example'").starts_with("upstreams[1].url: "));
  CHECK(with("name: b, url: 'https://me:pw@r.example'").starts_with("upstreams[1].url: "));
  CHECK(with("name: b, url: 'https://r.example/?key=1'")
            .starts_with("upstreams[1].url: must be the registry's root"));
  CHECK(
      with("name: b, url: 'http://r.example', tokenFile: /t").starts_with("upstreams[1].url: must be https"));
  CHECK(with("name: b, url: 'http://r.example', caFile: /t").starts_with("upstreams[1].caFile: "));
  CHECK(with("name: b, url: 'https://r.example', interval: 1s")
            .starts_with("upstreams[1].interval: must be at least"));
  CHECK(with("name: b, url: 'https://r.example', addresses: [x]").starts_with("upstreams[1].addresses: "));
  CHECK(with("name: b, url: 'https://r.example', headers: [{name: Host, valueFile: /h}]")
            .starts_with("upstreams[1].headers: "));
  CHECK(with("name: b, url: 'https://r.example', headers: [{name: X-Key}]")
            .starts_with("upstreams[1].headers[0].valueFile: "));
}
