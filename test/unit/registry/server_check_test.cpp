#include "registry/model/server_check.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "registry/model/url.hpp"

using namespace toolhive::registry;

namespace {

// The issues of a server that is good but for `patch` (RFC 7396), as "pointer=reference", each with
// a space behind it.
std::string issues_of(const char* patch, Profile profile = Profile::Private) {
  Json server = Json::parse(
      R"({"$schema":"https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json",)"
      R"("name":"io.example/weather","description":"d","version":"1.0.0"})");
  server.merge_patch(Json::parse(patch));
  std::string out;
  for (const auto& issue : check_server(server, profile)) out += issue.pointer + "=" + issue.reference + " ";
  return out;
}

}  // namespace

TEST_CASE("a full server.json has no issues") {
  for (const auto profile : {Profile::Private, Profile::Public}) {
    CHECK(issues_of(R"({"title":"T","websiteUrl":"https://example.com",
      "repository":{"url":"https://github.com/a/b","source":"github","id":"1","subfolder":"src/x"},
      "icons":[{"src":"https://example.com/i.png","mimeType":"image/png","sizes":["48x48","any"],"theme":"dark"}],
      "packages":[{"registryType":"npm","registryBaseUrl":"https://registry.npmjs.org","identifier":"@a/b","version":"1.0.0",
        "runtimeHint":"npx","transport":{"type":"streamable-http","url":"http://localhost:{--port}/{where}"},
        "runtimeArguments":[{"type":"named","name":"--port","value":"1","isRepeated":false}],
        "packageArguments":[{"type":"positional","valueHint":"where","variables":{"v":{"default":"x","isSecret":true}}}],
        "environmentVariables":[{"name":"KEY","format":"string","isRequired":true,"choices":["a"]}]},
        {"registryType":"mcpb","identifier":"https://example.com/a.mcpb",
         "fileSha256":"fe333e598595000ae021bd27117db32ec69af6987f507ba7a63c90638ff633ce","transport":{"type":"stdio"}}],
      "remotes":[{"type":"sse","url":"https://{tenant}.example.com/mcp","headers":[{"name":"X"}],
        "variables":{"tenant":{"description":"d"}}}],
      "_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"a":1},"com.example/x":[]}})",
                    profile)
              .empty());
  }
}

TEST_CASE("the private profile takes what is found in a cluster, the public one does not") {
  for (const auto& [patch, issues] :
       {std::pair(R"({"remotes":[{"type":"sse","url":"http://weather.default.svc:8080/mcp"}]})",
                  "/remotes/0/url=invalid-remote-url "),
        {R"({"remotes":[{"type":"sse","url":"https://localhost/mcp"}]})",
         "/remotes/0/url=invalid-remote-url "},
        {R"({"repository":{"url":"https://git.corp.example/a","source":"gitea"}})",
         "/repository/url=invalid-repository-url "},
        {R"({"websiteUrl":"http://wiki.corp"})", "/websiteUrl=invalid-website-url "},
        {R"({"icons":[{"src":"http://cdn.corp/i.png"}]})", "/icons/0/src=icon-src-invalid-scheme "}}) {
    CAPTURE(patch);
    CHECK(issues_of(patch).empty());
    CHECK(issues_of(patch, Profile::Public) == issues);
  }
}

TEST_CASE("each rule of server.json has its issue at the member at fault") {
  const std::pair<const char*, const char*> rows[] = {
      {R"({"$schema":null})", "/$schema=schema "},
      {R"({"$schema":"https://example.com/server.schema.json"})", "/$schema=schema-version-not-available "},
      {R"({"name":null})", "/name=schema "},
      {R"({"name":"weather"})", "/name=invalid-server-name "},
      {R"({"name":"a/b/c"})", "/name=invalid-server-name "},
      {R"({"name":"-a/bb"})", "/name=invalid-server-name "},
      {R"({"description":null})", "/description=schema "},
      {R"({"title":"  "})", "/title=title-whitespace-only "},
      {R"({"version":"latest"})", "/version=reserved-version-string "},
      {R"({"version":1})", "/version=schema "},
      {R"({"colour":1})", "/colour=schema "},
      {R"({"repository":{}})", "/repository/source=schema /repository/url=schema "},
      {R"({"repository":{"url":"https://a.b/c","source":"x","subfolder":"../x"}})",
       "/repository/subfolder=invalid-subfolder-path "},
      {R"({"websiteUrl":"example.com"})", "/websiteUrl=invalid-website-url "},
      {R"({"icons":{}})", "/icons=schema "},
      {R"({"icons":[{"src":"https://a.b","sizes":["big"],"mimeType":"text/x"}]})",
       "/icons/0/mimeType=schema /icons/0/sizes/0=schema "},
      {R"({"packages":[{}]})",
       "/packages/0/registryType=schema /packages/0/identifier=schema /packages/0/transport=schema "},
      {R"({"packages":[{"registryType":"mcpb","identifier":"a b","version":"1.x","transport":{"type":"stdio"}}]})",
       "/packages/0/identifier=package-name-has-spaces /packages/0/version=version-looks-like-range "
       "/packages/0/fileSha256=mcpb-file-sha256-required "},
      {R"({"packages":[{"registryType":"oci","identifier":"a","fileSha256":"X","transport":{"type":"tcp"}}]})",
       "/packages/0/fileSha256=schema /packages/0/transport/type=schema /packages/0/transport/url=schema "},
      {R"({"packages":[{"registryType":"oci","identifier":"a","transport":{"type":"stdio","url":"http://a"}}]})",
       "/packages/0/transport/url=stdio-transport-url-not-empty "},
      {R"({"packages":[{"registryType":"oci","identifier":"a","transport":{"type":"sse","url":"http://a/{b}"}}]})",
       "/packages/0/transport/url=invalid-templated-url "},
      {R"({"packages":[{"registryType":"oci","identifier":"a","transport":{"type":"stdio"},"runtimeArguments":
         [{"type":"positional"},{"type":"named"},{"type":"named","name":"-a b","value":"-a bc"},{"type":"x","value":"y"}]}]})",
       "/packages/0/runtimeArguments/0=positional-argument-value-or-hint-required "
       "/packages/0/runtimeArguments/1/name=schema "
       "/packages/0/runtimeArguments/2/name=invalid-named-argument-name "
       "/packages/0/runtimeArguments/2/value=argument-value-starts-with-name "
       "/packages/0/runtimeArguments/3/type=schema "},
      {R"({"packages":[{"registryType":"oci","identifier":"a","transport":{"type":"stdio"},"environmentVariables":
         [{"isSecret":1,"format":"blob","choices":[1]}]}]})",
       "/packages/0/environmentVariables/0/isSecret=schema /packages/0/environmentVariables/0/format=schema "
       "/packages/0/environmentVariables/0/choices/0=schema /packages/0/environmentVariables/0/name=schema "},
      {R"({"remotes":[{"type":"sse","url":"ftp://a"}]})", "/remotes/0/url=invalid-remote-url "},
      {R"({"remotes":[1]})", "/remotes/0=schema "},
      {R"({"_meta":{"x":1}})", "/_meta/x=schema "},
      {R"({"_meta":{"io.modelcontextprotocol.registry/official":{}}})",
       "/_meta/io.modelcontextprotocol.registry~1official=reserved-meta-key "},
  };
  for (const auto& [patch, issues] : rows) {
    CAPTURE(patch);
    CHECK(issues_of(patch) == issues);
  }
  const auto large = R"({"_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"x":")" +
                     std::string(4100, 'x') + "\"}}}";
  CHECK(issues_of(large.c_str()) ==
        "/_meta/io.modelcontextprotocol.registry~1publisher-provided=publisher-provided-too-large ");
}

TEST_CASE("ranges are told from versions") {
  for (const char* range : {"^1.2.3", "~1.2.3", ">=1.0.0", "< 2", "=1.0.0", "1.x", "1.2.*", "x.1",
                            "1.0.0 - 2.0.0", "1.2 || 1.3", " ^1 "}) {
    CAPTURE(range);
    CHECK(is_version_range(range));
  }
  for (const char* version :
       {"1.2.3", "v1", "2025-06-18", "1.0.0-rc.x", "main", "1.0.0+x", "a - b", "x86", ""}) {
    CAPTURE(version);
    CHECK_FALSE(is_version_range(version));
  }
}

TEST_CASE("URLs are told from other texts") {
  CHECK(parse_url("HTTPS://User@Example.COM:8443/x?y#z")->host == "example.com");
  CHECK(parse_url("http://[::1]:80/")->host == "::1");
  for (const char* text : {"", "example.com", "ftp://a", "http://", "http:///x", "http://a:x", "http://a b",
                           "http://a/<", "http://[::1", "http://a:123456", "http://{a}"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_url(text).has_value());
  }
  CHECK(parse_url_template("{scheme}://{host}:{port}/{path}")->scheme == "http");
  CHECK_FALSE(parse_url_template("https://{open/").has_value());
  CHECK(template_variables("a{b}{}{c}{d") == std::vector<std::string>{"b", "c"});
  CHECK(is_public_repository("gitlab", "https://gitlab.com/a/b/c/"));
  CHECK_FALSE(is_public_repository("gitlab", "https://gitlab.com/a/b/-/tree"));
  CHECK_FALSE(is_public_repository("github", "https://github.com/a/b/tree/main"));
  CHECK_FALSE(is_public_repository("github", "https://github.com.evil.example/a/b"));
}

TEST_CASE("places are written with dots for the official API") {
  CHECK(dotted_path("/packages/0/transport/url") == "packages[0].transport.url");
  CHECK(dotted_path("/_meta/a.b~1c~0d") == "_meta.a.b/c~d");
  CHECK(dotted_path("").empty());
}
