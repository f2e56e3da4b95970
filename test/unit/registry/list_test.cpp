// GET /api/v1/tools: filters, fields, ranked search.
#include <doctest/doctest.h>

#include <utility>

#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

// The names of all pages of a list, each with a comma behind it.
std::string listed(Service& service, const std::string& query) {
  std::string names, cursor;
  for (int pages = 0; pages < 100; ++pages) {
    const auto page = body_of(service.get("/api/v1/tools?" + query + cursor));
    for (const auto& tool : page["tools"]) names += tool["name"].get<std::string>() + ",";
    if (!page.contains("nextCursor")) break;
    cursor = "&cursor=" + page["nextCursor"].get<std::string>();
  }
  return names;
}

void add_tool(Service& service, const std::string& name, const std::string& members) {
  CHECK(service.post(R"({"name":")" + name + R"(","inputSchema":{"type":"object"})" + members + "}").status ==
        201);
}

ListCache::Page sent(std::string body) {
  return std::make_shared<const ListCache::Sent>(ListCache::Sent{std::move(body), "\"tag\""});
}

}  // namespace

TEST_CASE("the list is filtered by tag, server, status and time, and by several of them") {
  Service service;
  add_tool(service, "a", R"(,"tags":["Red","big one"],"server":{"name":"io.example/first"})");
  add_tool(service, "b", R"(,"tags":["red"],"server":{"name":"io.example/second"})");
  add_tool(service, "c", R"(,"tags":["redder"])");
  CHECK(listed(service, "tag=red") == "a,b,");
  CHECK(listed(service, "tag=RED&limit=1") == "a,b,");
  CHECK(listed(service, "tag=big+one") == "a,");
  CHECK(listed(service, "tag=big") == "");
  CHECK(listed(service, "server=io.example%2FFirst") == "a,");
  CHECK(listed(service, "tag=red&server=io.example/second") == "b,");
  CHECK(listed(service, "status=active") == "a,b,c,");
  CHECK(listed(service, "status=deprecated") == "");
  CHECK(service.patch("/api/v1/tools/b", R"({"status":"deprecated"})").status == 200);
  CHECK(listed(service, "status=active") == "a,c,");
  CHECK(listed(service, "status=deprecated") == "b,");
  CHECK(listed(service, "updated_since=2001-09-09T01:46:39.999Z") == "a,b,c,");
  CHECK(listed(service, "updated_since=2001-09-09T03:46:40.000003%2B02:00") == "");
  CHECK_FALSE(body_of(service.get("/api/v1/tools?tag=red")).contains("total"));
}

TEST_CASE("the list is filtered by manager, of any uid or of one") {
  Service service;
  const auto managed = [](const char* name, const char* uid) {
    return std::string(R"(,"managedBy":{"kind":"MCPTool","namespace":"mcp","name":")") + name +
           R"(","uid":")" + uid + R"("})";
  };
  add_tool(service, "a", managed("weather", "1"));
  add_tool(service, "b", managed("weather", "2"));
  add_tool(service, "c", managed("news", "3"));
  add_tool(service, "d", "");
  CHECK(listed(service, "managed_by=MCPTool/mcp/weather&limit=1") == "a,b,");
  CHECK(listed(service, "managed_by=MCPTool%2Fmcp%2Fweather%2F2") == "b,");
  CHECK(listed(service, "managed_by=MCPTool/other/weather") == "");
  CHECK(listed(service, "managed_by=MCPTool/mcp/weather&status=deprecated") == "");
  CHECK_FALSE(body_of(service.get("/api/v1/tools?managed_by=MCPTool/mcp/news")).contains("total"));
}

TEST_CASE("a change of status counts as an update") {
  auto options = store_options();
  auto now = std::make_shared<std::chrono::system_clock::time_point>(std::chrono::seconds(1'000'000'000));
  options.now = [now] { return *now; };
  Service service(options);
  add_tool(service, "a", "");
  add_tool(service, "b", "");
  *now += std::chrono::seconds(10);
  CHECK(service.patch("/api/v1/tools/b", R"({"status":"deprecated"})").status == 200);
  CHECK(listed(service, "updated_since=2001-09-09T01:46:40Z") == "b,");
}

TEST_CASE("a search gives the best matches first, page by page without a gap or a repetition") {
  Service service;
  add_tool(service, "map", R"(,"description":"Draws rain")");
  add_tool(service, "rain", "");
  add_tool(service, "training", "");
  add_tool(service, "snow", R"(,"title":"Snow and rain")");
  add_tool(service, "sun", R"(,"tags":["rain"])");
  add_tool(service, "sky", "");
  const std::string best_first = "rain,snow,training,sun,map,";
  CHECK(listed(service, "search=rain") == best_first);
  for (const char* limit : {"1", "2", "3", "5"}) {
    CAPTURE(limit);
    CHECK(listed(service, std::string("search=rain&limit=") + limit) == best_first);
  }
  CHECK(listed(service, "search=rain&tag=rain") == "sun,");
  CHECK(listed(service, "search=rain+draws") == "map,");
}

TEST_CASE("a search has at most 200 characters, however many bytes they take") {
  Service service;
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "%C3%A4";
  CHECK(service.get("/api/v1/tools?search=" + umlauts).status == 200);
  const auto refused = service.get("/api/v1/tools?search=" + umlauts + "a");
  CHECK(refused.status == 400);
  CHECK(refused.body->find("200 characters") != std::string::npos);
}

TEST_CASE("ready-made lists are kept while they are the same state's") {
  ListCache cache;
  const auto page = sent("page");
  cache.add("1", "a", page);
  CHECK(cache.find("1", "a") == page);
  CHECK(cache.find("1", "b") == nullptr);
  CHECK(cache.find("2", "a") == nullptr);
  cache.add("2", "b", page);
  CHECK(cache.find("2", "b") == page);
  CHECK(cache.find("1", "a") == nullptr);
  CHECK(cache.counts().hits == 2);
  CHECK(cache.counts().misses == 3);
}

TEST_CASE(
    "a list that is asked for again stays ready-made whatever else is asked for once, and what is kept is "
    "bounded") {
  ListCache cache;
  const auto wanted = sent(std::string(1000, 'x'));
  const auto nonsense = sent(R"({"tools":[]})");
  cache.add("1", "wanted", wanted);
  for (int i = 0; i < 20'000; ++i) {
    cache.add("1", std::to_string(i), nonsense);
    if (i % 100 == 0) CHECK(cache.find("1", "wanted") == wanted);
  }
  CHECK(cache.find("1", "0") == nullptr);
  CHECK(cache.find("1", "19999") == nonsense);
  CHECK(nonsense.use_count() < 6'000);  // A MiB, at no less than 200 bytes each.

  const auto huge = sent(std::string(600 << 10, 'x'));
  cache.add("1", "huge", huge);
  CHECK(cache.find("1", "huge") == nullptr);
  CHECK(cache.find("1", "wanted") == wanted);
}

TEST_CASE("fields leaves out what was not asked for") {
  Service service;
  add_tool(service, "a", R"(,"version":"1.0.0","title":"T \"quoted\"","tags":["x"])");
  CHECK(*service.get("/api/v1/tools?fields=title,version").body ==
        R"({"tools":[{"name":"a","title":"T \"quoted\"","version":"1.0.0"}],"total":1})");
  CHECK(*service.get("/api/v1/tools?fields=icons").body == R"({"tools":[{"name":"a"}],"total":1})");
  CHECK(*service.get("/api/v1/tools?fields=inputSchema,tags").body ==
        R"({"tools":[{"name":"a","inputSchema":{"type":"object"},"tags":["x"]}],"total":1})");
}
