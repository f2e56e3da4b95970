#include "test/e2e/harness/everything.hpp"

#include <doctest/doctest.h>

namespace e2e {

namespace {

Json read_from(const TestNamespace& ns, const std::string& path) {
  const Answer answer = ns.http("GET", path);
  REQUIRE_MESSAGE(answer.ok(), path << ": " << answer.explain());
  return answer.json();
}

}  // namespace

void post(const TestNamespace& ns, const std::string& name, const std::string& version) {
  const Answer answer = ns.http("POST", "/api/v1/tools",
                                {{"name", name},
                                 {"version", version},
                                 {"description", "Version " + version},
                                 {"inputSchema", {{"type", "object"}}}});
  REQUIRE_MESSAGE(answer.ok(), answer.explain());
}

void register_everything(const TestNamespace& ns) {
  for (const char* name : {"clock.now", "weather.forecast", "mail.send", "gone.tool"})
    for (const char* version : {"1.0.0", "1.1.0", "2.0.0-rc.1"}) post(ns, name, version);
  REQUIRE(ns.http("PATCH", "/api/v1/tools/clock.now",
                  {{"status", "deprecated"}, {"statusMessage", "Use time.now"}})
              .ok());
  REQUIRE(ns.http("DELETE", "/api/v1/tools/mail.send/versions/1.1.0").ok());
  REQUIRE(ns.http("DELETE", "/api/v1/tools/gone.tool").ok());
}

Json everything(const TestNamespace& ns) {
  const Json list =
      read_from(ns, "/api/v1/tools?limit=100&withdrawn=true&updated_since=2020-01-01T00:00:00Z");
  Json all = {{"tools", list.at("tools")}};
  for (const Json& tool : list.at("tools")) {
    if (tool.value("status", "") == "withdrawn") continue;
    const std::string name = tool.at("name");
    const Json versions = read_from(ns, "/api/v1/tools/" + name + "/versions?withdrawn=true");
    all["versions"][name] = versions;
    for (const Json& each : versions.at("versions")) {
      const std::string version = each.at("version");
      const Answer answer = ns.http("GET", "/api/v1/tools/" + name + "?version=" + version);
      all["documents"][name][version] = answer.ok() ? answer.json() : Json(answer.status);
    }
  }
  return all;
}

}  // namespace e2e
