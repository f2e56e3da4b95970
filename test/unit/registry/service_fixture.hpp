#pragma once

#include <doctest/doctest.h>

#include <future>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "registry/api/api.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/model/json.hpp"
#include "store_fixture.hpp"

namespace toolhive::registry::test {

// The API over a store whose disk can fail.
class Service {
 public:
  explicit Service(FileStoreOptions with = store_options(), ToolPolicy policy = {})
      : options(std::move(with)), api(std::move(policy), metrics), store(open_store(files, options)) {
    api.start(*store);
  }

  // As a restart of the process does.
  void reopen() {
    store.reset();
    store = open_store(files, options);
    api.start(*store);
  }

  Response send(const Request& request) {
    std::promise<Response> promise;
    api.handle(request, [&](Response response) { promise.set_value(std::move(response)); });
    return promise.get_future().get();
  }
  Response get(const std::string& target, const std::string& if_none_match = "") {
    Request request;
    request.method = "GET";
    request.target = target;
    request.if_none_match = if_none_match;
    return send(request);
  }
  Response write(const std::string& method, const std::string& target, std::string_view body,
                 const std::string& if_match = "", const std::string& if_none_match = "") {
    Request request;
    request.method = method;
    request.target = target;
    request.content_type = "application/json; charset=utf-8";
    request.if_match = if_match;
    request.if_none_match = if_none_match;
    request.body = body;
    return send(request);
  }
  Response patch(const std::string& target, std::string_view body, const std::string& if_match = "") {
    return write("PATCH", target, body, if_match);
  }
  Response post(std::string_view body) { return write("POST", "/api/v1/tools", body); }

  FaultFileSystem files;
  FileStoreOptions options;
  Metrics metrics{counted_routes()};
  Api api;
  std::unique_ptr<FileStore> store;
};

inline Json body_of(const Response& response) {
  REQUIRE(response.body != nullptr);
  auto parsed = parse_json(*response.body);
  REQUIRE(parsed.ok());
  return std::move(*parsed);
}

inline std::string detail_of(const Response& response) {
  CHECK(response.content_type == kProblemJson);
  const auto problem = body_of(response);
  CHECK(problem["status"] == response.status);
  CHECK(problem["error"] == problem["detail"]);
  return problem["detail"];
}

}  // namespace toolhive::registry::test
