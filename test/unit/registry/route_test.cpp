#include "registry/api/route.hpp"

#include <doctest/doctest.h>

#include "controller/base/percent.hpp"
#include "registry/api/conditional.hpp"

using namespace toolhive::registry;
using toolhive::percent_encode;
using Kind = Route::Kind;

TEST_CASE("each path of the API leads to its resource") {
  CHECK(route_path("/api/v1/tools")->kind == Kind::Tools);
  CHECK(route_path("/api/v1/tools/a.b")->kind == Kind::Tool);
  CHECK(route_path("/api/v1/tools/a.b")->name == "a.b");
  CHECK(route_path("/api/v1/tools/a/versions")->kind == Kind::Versions);
  const auto version = route_path("/api/v1/tools/a/versions/1.0.0%2Bx");
  CHECK(version->kind == Kind::Version);
  CHECK(version->name == "a");
  CHECK(version->version == "1.0.0+x");
  CHECK(route_path("/api/v1/tools/a/versions/1.0.0+x")->version == "1.0.0+x");
  CHECK(route_path("/health")->kind == Kind::Health);
  CHECK(route_path("/ready")->kind == Kind::Ready);
  CHECK(route_path("/metrics")->kind == Kind::Metrics);
  CHECK(route_path("/version")->kind == Kind::Program);
  CHECK(route_path("/")->kind == Kind::Page);
  CHECK(route_path("/ui/page.css")->kind == Kind::PageFile);
  CHECK(route_path("/ui/page.css")->name == "page.css");
}

TEST_CASE("any other path leads nowhere") {
  for (const char* path :
       {"/api", "/api/v1", "/api/v1/", "/api/v1/tools/a/version", "/api/v1/tools/a/versions/1/x",
        "/api/v2/tools", "/API/v1/tools", "/healthy", "/ui/", "/%2Fhealth"}) {
    CAPTURE(path);
    auto route = route_path(path);
    REQUIRE(route.ok());
    CHECK(route->kind == Kind::Unknown);
  }
}

TEST_CASE("slashes that are doubled or at the end lead where single ones do") {
  CHECK(route_path("//")->kind == Kind::Page);
  CHECK(route_path("//api/v1/tools")->kind == Kind::Tools);
  CHECK(route_path("/api//v1/tools/")->kind == Kind::Tools);
  CHECK(route_path("/api/v1/tools/a///versions//")->kind == Kind::Versions);
  CHECK(route_path("/v0//servers/")->kind == Kind::Servers);
  CHECK(route_path("/v0.1/servers/io.example%2Fx/versions/")->name == "io.example/x");
  CHECK(route_path("/health/")->kind == Kind::Health);
}

TEST_CASE("the slash of a server's name may have lost its escape on the way") {
  for (const char* path : {"/versions", "/versions/1.0.0", "/versions/1.0.0/status"}) {
    CAPTURE(std::string(path));
    const auto escaped = route_path("/v0.1/servers/io.example%2Fweather" + std::string(path));
    const auto bare = route_path("/v0/servers/io.example/weather" + std::string(path));
    REQUIRE(bare.ok());
    CHECK(bare->kind == escaped->kind);
    CHECK(bare->endpoint != nullptr);
    CHECK(bare->name == "io.example/weather");
    CHECK(bare->version == escaped->version);
  }
  CHECK(route_path("/v0.1/servers/io.example/weather/more/versions")->endpoint == nullptr);
}

TEST_CASE("an escaped slash belongs to its segment") {
  const auto route = route_path("/api/v1/tools/a%2Fversions");
  CHECK(route->kind == Kind::Tool);
  CHECK(route->name == "a/versions");
}

TEST_CASE("broken escapes, NUL, dot segments and bytes that are not UTF-8 are malformed") {
  for (const char* path :
       {"/api/v1/tools/%", "/api/v1/tools/%4", "/api/v1/tools/%zz", "/api/v1/tools/a%00b", "/api/v1/tools/..",
        "/api/v1/tools/%2e%2E", "/api/v1/tools/.", "/api/v1/tools/%FF", "/api/v1/tools/%C0%AF", "api", ""}) {
    CAPTURE(path);
    auto route = route_path(path);
    REQUIRE_FALSE(route.ok());
    CHECK(route.error().code == Code::Malformed);
  }
}

TEST_CASE("percent encoding and decoding undo each other") {
  std::string all;
  for (char c = 1; c < 127; ++c) all += c;
  all += "\xe2\x82\xac";
  CHECK(percent_decode(percent_encode(all)) == all);
  CHECK(percent_decode("a+b%2B", false) == "a+b+");
  CHECK(percent_decode("a+b%2B", true) == "a b+");
}

TEST_CASE("a query takes each known parameter once and nothing else") {
  auto query = Query::parse("limit=5&&search=a+b%2Bc&cursor", {"limit", "cursor", "search"}, {"search"});
  REQUIRE(query.ok());
  CHECK(*query->find("limit") == "5");
  CHECK(*query->find("search") == "a b+c");
  CHECK(query->find("cursor")->empty());
  CHECK(query->find("tag") == nullptr);

  auto unknown = Query::parse("limt=5", {"limit"});
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().field == "limt");
  CHECK(unknown.error().detail.find("limit") != std::string::npos);
  CHECK_FALSE(Query::parse("limit=1&limit=2", {"limit"}).ok());
  CHECK_FALSE(Query::parse("limit=%zz", {"limit"}).ok());
  CHECK_FALSE(Query::parse("li%00mit=1", {"limit"}).ok());
  CHECK_FALSE(Query::parse("x=1", {}).ok());
}

TEST_CASE("entity tags are read from lists, weak ones only where they count") {
  auto tags = EntityTags::parse(R"( "a" , W/"b","c")", "If-None-Match", true);
  REQUIRE(tags.ok());
  CHECK(tags->tags == std::vector<std::string>{"a", "b", "c"});
  CHECK(EntityTags::parse("*", "If-Match", false)->any);
  CHECK(EntityTags::parse("", "If-Match", false)->empty());
  CHECK_FALSE(EntityTags::parse("abc", "If-Match", false).ok());
  CHECK_FALSE(EntityTags::parse("\"abc", "If-Match", false).ok());
  CHECK_FALSE(EntityTags::parse("\"a\", *", "If-Match", false).ok());
  CHECK_FALSE(EntityTags::parse(", *", "If-Match", false).ok());
  CHECK_FALSE(EntityTags::parse(R"("a""b")", "If-Match", false).ok());
  CHECK_FALSE(EntityTags::parse(R"("a" "b")", "If-Match", false).ok());
  CHECK(EntityTags::parse(R"(,, "a",, "b" ,)", "If-Match", false)->tags ==
        std::vector<std::string>{"a", "b"});
  // No tag at all is a mistake, and not the absence of a condition.
  CHECK_FALSE(EntityTags::parse(",", "If-Match", false).ok());
  CHECK(EntityTags::parse(" \t", "If-Match", false)->empty());
}

TEST_CASE("an If-Match of weak tags alone fails, and says what made them weak") {
  const auto weak = EntityTags::parse(R"(W/"a", W/"b")", "If-Match", false);
  REQUIRE_FALSE(weak.ok());
  CHECK(weak.error().code == Code::Precondition);
  CHECK(weak.error().detail.starts_with("the tag is weak: a proxy on the way changed it"));
  CHECK(EntityTags::parse(R"(W/"a", "b")", "If-Match", false)->tags == std::vector<std::string>{"b"});
}
