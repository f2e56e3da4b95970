#include "controller/plugin/kubectl.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace toolhive;
using plugin::Kubectl;
using plugin::Words;

namespace {

Kubectl that_answers(const ProcessResult& result) {
  return Kubectl({"kubectl", "--context=x"},
                 [result](const Context&, const Words&, const ProcessOptions&) -> StatusOr<ProcessResult> {
                   return result;
                 });
}

Status failure(const std::string& errors) {
  return that_answers({.exit_code = 1, .errors = errors})
      .run(Context{}, {"get", "pods", "-o", "json"})
      .status();
}

}  // namespace

TEST_CASE("kubectl is run with the flags of the cluster before the words") {
  Words seen;
  const Kubectl kubectl(
      {"kubectl", "--context=x"},
      [&](const Context&, const Words& argv, const ProcessOptions&) -> StatusOr<ProcessResult> {
        seen = argv;
        return ProcessResult{.output = "{}"};
      });
  REQUIRE(kubectl.get(Context{}, {"pods", "web"}).ok());
  CHECK(seen == Words{"kubectl", "--context=x", "get", "pods", "web", "-o", "json"});
}

TEST_CASE("what kubectl says tells which failure it is, and what to do") {
  struct Row {
    const char* said;
    Code code;
    const char* advice;
  };
  const Row rows[] = {
      {"Error from server (NotFound): pods \"x\" not found\n", Code::NotFound, "--namespace"},
      {"error: the server doesn't have a resource type \"registries\"", Code::NotFound, "install generate"},
      {"Error from server (Forbidden): pods is forbidden", Code::Forbidden, "docs/plugin.md"},
      {"Error from server (Conflict): Operation cannot be fulfilled", Code::Conflict, "look at it again"},
      {"error: You must be logged in to the server (Unauthorized)", Code::Unauthorized, "sign in"},
      {"Unable to connect to the server: dial tcp", Code::Unavailable, "kubectl version"},
      {"The connection to the server localhost:8080 was refused", Code::Unavailable, "kubectl version"},
      {"error: unknown flag", Code::Internal, "unknown flag"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.said);
    const Status status = failure(row.said);
    CHECK(status.code() == row.code);
    CHECK(status.message().starts_with("kubectl get pods: "));
    CHECK(status.message().find(row.advice) != std::string::npos);
  }
}

TEST_CASE("what a failure says has no commands for the terminal") {
  CHECK(failure("\x1b[2Jgone").message().find('\x1b') == std::string::npos);
}

TEST_CASE("what kubectl logs for those who debug it is left out of a failure") {
  CHECK(failure("E1128 00:18:40.8 11551 memcache.go:265] no\nThe connection to the server x was refused\n")
            .message()
            .starts_with("kubectl get pods: The connection to the server x was refused; is the cluster"));
}

TEST_CASE("a kubectl that is not there is told with what to do") {
  const Status status = Kubectl({"no-such-kubectl"}).run(Context{}, {"version"}).status();
  CHECK(status.code() == Code::Invalid);
  CHECK(status.message().find("$KUBECTL") != std::string::npos);
}

TEST_CASE("a list is given as its objects, and what is no list is told") {
  const auto objects =
      that_answers({.output = R"({"items": [{"a": 1}, {"b": 2}]})"}).list(Context{}, {"pods"});
  REQUIRE(objects.ok());
  CHECK(objects->size() == 2);
  CHECK(that_answers({.output = "{}"}).list(Context{}, {"pods"}).status().code() == Code::Decode);
  CHECK(that_answers({.output = "hello"}).list(Context{}, {"pods"}).status().code() == Code::Decode);
}
