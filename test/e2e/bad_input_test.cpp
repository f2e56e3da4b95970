// What the programs say to input that cannot work.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

class File {
 public:
  explicit File(const std::string& content)
      : path_(std::filesystem::temp_directory_path() /
              ("toolhive-e2e-kubeconfig-" + std::to_string(::getpid()))) {
    std::ofstream(path_) << content;
  }
  ~File() { std::filesystem::remove(path_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Output run_operator(const std::string& kubeconfig) {
  return run({.argv = {program_path("toolhive-operator")},
              .env = {{"KUBECONFIG", kubeconfig}},
              .timeout = Seconds(60)});
}

void check_refusal(const Output& output, const std::string& named) {
  CHECK_FALSE(output.timed_out);
  CHECK(output.code > 0);
  CHECK(output.code < 126);  // neither missing nor killed by a signal
  CHECK_MESSAGE((output.out + output.err).find(named) != std::string::npos, output.explain());
}

TEST_CASE("an operator whose kubeconfig is missing or broken ends with an error that names the file") {
  check_refusal(run_operator("/nonexistent/kubeconfig"), "/nonexistent/kubeconfig");
  for (const char* content :
       {"{{{ no YAML", "apiVersion: v1\nkind: Config\ncurrent-context: nowhere\n", "42\n", ""}) {
    CAPTURE(content);
    const File file(content);
    check_refusal(run_operator(file.path()), file.path());
  }
}

TEST_CASE("an operator that cannot reach its API server ends with an error that names the address") {
  const File file(R"(
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1", insecure-skip-tls-verify: true}}]
users: [{name: u, user: {token: not-a-secret}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
)");
  check_refusal(run_operator(file.path()), "127.0.0.1:1");
}

TEST_CASE("the registry refuses bad requests with a problem document, and keeps serving") {
  const TestNamespace ns("bad-requests");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  const auto tool = [](const Json& changes) {
    Json body = {{"name", "weather"},
                 {"version", "1.0.0"},
                 {"description", "Any."},
                 {"inputSchema", {{"type", "object"}}}};
    body.merge_patch(changes);
    return body;
  };
  REQUIRE(ns.http("POST", "/api/v1/tools", tool(Json::object())).status == 201);
  CHECK(ns.http("POST", "/api/v1/tools", tool(Json::object())).status == 200);

  struct Refused {
    const char* what;
    Json body;
    int status;
  };
  const std::vector<Refused> cases = {
      {"other content under the same version", tool({{"description", "Other."}}), 409},
      {"no name", tool({{"name", nullptr}}), 422},
      {"a name with a slash", tool({{"name", "a/b"}}), 422},
      {"no semantic version", tool({{"version", "latest"}}), 422},
      {"no JSON Schema", tool({{"inputSchema", {{"properties", 5}}}}), 422},
      {"a body over the limit", tool({{"description", std::string(8U << 20U, 'x')}}), 413},
  };
  for (const Refused& refused : cases) {
    CAPTURE(refused.what);
    const Answer answer = ns.http("POST", "/api/v1/tools", refused.body);
    CHECK_MESSAGE(answer.status == refused.status, answer.explain());
    const Json problem = Json::parse(answer.body, nullptr, false);
    CHECK_MESSAGE((problem.is_object() && problem.contains("error") && problem.contains("title")),
                  answer.explain());
  }
  CHECK(ns.http("GET", "/api/v1/tools/weather").json().at("description") == "Any.");
}

}  // namespace
