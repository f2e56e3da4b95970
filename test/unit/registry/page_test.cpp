#include "registry/api/page.hpp"

#include <doctest/doctest.h>

#include "registry/page/page_files.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

Response get_page_file(Service& service, const std::string& target, const std::string& if_none_match = "") {
  Request request;
  request.method = "GET";
  request.target = target;
  request.accept_encoding = "gzip";
  request.if_none_match = if_none_match;
  return service.send(request);
}

}  // namespace

TEST_CASE("the page is served at / whatever its query, its files below /ui") {
  Service service;
  CHECK(service.get("/").content_type == "text/html; charset=utf-8");
  CHECK(*service.get("/?tool=a&view=%zz").body == *service.get("/").body);
  CHECK(service.get("/ui/page.css").content_type == "text/css; charset=utf-8");
  CHECK(service.get("/ui/page.css/").content_type == "text/css; charset=utf-8");
  CHECK(service.get("/ui/page.js").content_type == "text/javascript; charset=utf-8");
  CHECK(service.get("/ui/icon.svg").content_type == "image/svg+xml");
  for (const char* target : {"/ui/index.html", "/ui/", "/ui", "/ui/..%2Fpage.css", "/index.html"})
    CHECK(service.get(target).status == 404);
}

TEST_CASE("the page needs no store") {
  Metrics metrics(counted_routes());
  Api api(ToolPolicy(), metrics);
  Request request;
  request.method = "GET";
  request.target = "/";
  api.handle(request, [](const Response& response) { CHECK(response.status == 200); });
}

TEST_CASE("every file of the page lets nothing run or load but the page's own files") {
  Service service;
  for (const auto& file : page_files()) {
    const auto target = file.name == "index.html" ? "/" : "/ui/" + std::string(file.name);
    CAPTURE(target);
    const auto response = service.get(target);
    CHECK(response.status == 200);
    const auto policy = response.header("Content-Security-Policy");
    CHECK(policy.find("default-src 'none'; script-src 'self'; style-src 'self'") == 0);
    CHECK(policy.find("frame-ancestors 'none'") != policy.npos);
    CHECK(policy.find("unsafe") == policy.npos);
    CHECK(response.header("X-Content-Type-Options") == "nosniff");
    CHECK(response.header("Referrer-Policy") == "no-referrer");
    CHECK_FALSE(response.header("Permissions-Policy").empty());
    CHECK(file.bytes.find("innerHTML") == file.bytes.npos);
  }
}

TEST_CASE("the page is compressed once, and not sent again while it is the same") {
  Service service;
  const auto plain = service.get("/ui/page.css");
  const auto compressed = get_page_file(service, "/ui/page.css");
  CHECK(compressed.header("Content-Encoding") == "gzip");
  CHECK(compressed.body->size() * 2 < plain.body->size());
  CHECK(compressed.body == get_page_file(service, "/ui/page.css").body);
  const std::string tag(plain.header("ETag"));
  CHECK(compressed.header("ETag") == tag.substr(0, tag.size() - 1) + "-gzip\"");
  for (const auto known : {plain.header("ETag"), compressed.header("ETag")}) {
    const auto again = get_page_file(service, "/ui/page.css", std::string(known));
    CHECK(again.status == 304);
    CHECK(again.body == nullptr);
  }
}
