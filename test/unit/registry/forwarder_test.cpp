// Writes that one replica has another answer, over loopback.
#include <doctest/doctest.h>

#include <future>
#include <thread>

#include "loopback.hpp"
#include "registry/api/api.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/api/forwarder.hpp"
#include "scripted_server.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

constexpr char kKey[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// Replicas as a test says that they are.
class SaidReplicas final : public WriterLookup {
 public:
  WriterPlace writer() const override {
    std::lock_guard guard(mutex_);
    return place_;
  }
  bool catch_up(std::chrono::milliseconds) override {
    std::lock_guard guard(mutex_);
    ++looks_;
    if (next_) place_ = *next_;
    return true;
  }
  void hand_over() override {}
  const std::string& key() const override { return key_; }

  void say(WriterPlace place) {
    std::lock_guard guard(mutex_);
    place_ = std::move(place);
  }
  void say_after_a_look(WriterPlace place) {
    std::lock_guard guard(mutex_);
    next_ = std::move(place);
  }
  int looks() const {
    std::lock_guard guard(mutex_);
    return looks_;
  }

 private:
  mutable std::mutex mutex_;
  WriterPlace place_;
  std::optional<WriterPlace> next_;
  int looks_ = 0;
  const std::string key_ = kKey;
};

// A replica's API, whose own store is there for when it writes itself.
struct Replica {
  explicit Replica(std::chrono::milliseconds patience = 5'000ms)
      : forwarder(service.metrics, {.threads = 2, .waiting = 8, .patience = patience, .pause = 5ms}) {
    service.api.use_forwarder(forwarder);
    forwarder.start(replicas);
  }
  ~Replica() { forwarder.close(); }

  Response post(std::string_view body) {
    Request request;
    request.method = "POST";
    request.target = "/api/v1/tools?force=false";
    request.content_type = "application/json";
    request.if_none_match = "*";
    request.authorization = "Bearer secret";
    request.request_id = "request-7";
    request.peer = "198.51.100.7";
    request.origin = "https://registry.example.com/tools";
    request.prefix = "/tools";
    request.body = body;
    return service.send(request);
  }

  SaidReplicas replicas;
  Service service;
  Forwarder forwarder;
};

std::string at(std::uint16_t port) {
  return "127.0.0.1:" + std::to_string(port);
}

constexpr char kTool[] = R"({"name":"a-tool","inputSchema":{"type":"object"}})";

}  // namespace

TEST_CASE("a write is sent to the replica that writes, as it came, and its answer is the client's") {
  ScriptedServer writer(
      "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\nETag: \"abc\"\r\n"
      "Location: /api/v1/tools/a-tool/versions/1.0.0\r\nX-Other: no\r\nConnection: close\r\n\r\n{}");
  Replica replica;
  replica.replicas.say({false, at(writer.port())});
  const auto answer = replica.post(kTool);
  CHECK(answer.status == 201);
  CHECK(*answer.body == "{}");
  CHECK(answer.content_type == kJson);
  CHECK(answer.header("ETag") == "\"abc\"");
  CHECK(answer.header("Location") == "/api/v1/tools/a-tool/versions/1.0.0");
  CHECK(answer.header("X-Other").empty());
  CHECK(replica.replicas.looks() == 1);  // For a client that reads here what it wrote.

  const auto heard = writer.heard();
  CHECK(heard.starts_with("POST /api/v1/tools?force=false HTTP/1.1\r\n"));
  for (const char* line : {"Authorization: Bearer secret\r\n", "If-None-Match: *\r\n",
                           "X-Request-Id: request-7\r\n", "Content-Type: application/json\r\n"})
    CHECK(heard.find(line) != std::string::npos);
  CHECK(heard.find(std::string("Mcp-Registry-Forwarded: ") + kKey +
                   " 198.51.100.7 https://registry.example.com/tools /tools\r\n") != std::string::npos);
  CHECK(heard.ends_with(kTool));
  CHECK(replica.service.store->snapshot()->tools() == 0);
}

TEST_CASE("reads are answered by every replica, and writes by the one that writes") {
  Replica replica;
  replica.replicas.say({true, {}});
  CHECK(replica.post(kTool).status == 201);
  replica.replicas.say({false, "127.0.0.1:1"});
  CHECK(replica.service.get("/api/v1/tools/a-tool").status == 200);
}

TEST_CASE("a write waits for a replica that writes, and one that has become it itself answers it") {
  Replica replica;
  replica.replicas.say({false, at(free_port())});  // Nobody listens there any more.
  replica.replicas.say_after_a_look({true, {}});
  CHECK(replica.post(kTool).status == 201);
  CHECK(replica.service.store->snapshot()->tools() == 1);
}

TEST_CASE("a replica that writes no longer says so, and the write goes to the next") {
  ScriptedServer former(
      "HTTP/1.1 503 Service Unavailable\r\nMcp-Registry-Writer: elsewhere\r\nContent-Length: 0\r\n"
      "Connection: close\r\n\r\n");
  ScriptedServer writer("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  Replica replica;
  replica.replicas.say({false, at(former.port())});
  replica.replicas.say_after_a_look({false, at(writer.port())});
  CHECK(replica.post(kTool).status == 204);
}

TEST_CASE("a write that nobody takes in time is answered with 503, and was not done") {
  Replica replica(50ms);
  replica.replicas.say({false, {}});
  const auto answer = replica.post(kTool);
  CHECK(answer.status == 503);
  CHECK(detail_of(answer).find("nothing was written") != std::string::npos);
  CHECK(answer.header("Retry-After") == "1");
}

TEST_CASE("a write that may have been carried out is sent once, and its answer says so") {
  ScriptedServer dying("");  // Hangs up.
  Replica replica;
  replica.replicas.say({false, at(dying.port())});
  const auto answer = replica.post(kTool);
  CHECK(answer.status == 503);
  CHECK(detail_of(answer).find("not known") != std::string::npos);
  const auto heard = dying.heard();
  CHECK(heard.find("POST", 1) == std::string::npos);
}

TEST_CASE("what was forwarded once is not forwarded again") {
  ScriptedServer writer("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
  Replica replica;
  replica.replicas.say({false, at(writer.port())});
  Request request;
  request.method = "DELETE";
  request.target = "/api/v1/tools/a-tool";
  request.forwarded = std::string(kKey) + " 198.51.100.7 -";
  const auto answer = replica.service.send(request);
  CHECK(answer.status == 503);
  CHECK(answer.header("Mcp-Registry-Writer") == "elsewhere");
  CHECK(writer.heard().empty());
}

TEST_CASE("whose a forwarded request is is believed of a replica alone") {
  Replica replica;
  const auto welcomed = [&](const std::string& forwarded) {
    Call call;
    call.request.peer = "10.0.0.2";
    call.request.origin = "http://10.0.0.1:8080";
    call.request.prefix = "/said";
    call.request.forwarded = forwarded;
    replica.forwarder.welcome(call);
    return call.request.peer + " " + call.request.origin + " " + call.request.prefix;
  };
  CHECK(welcomed(std::string(kKey) + " 198.51.100.7 https://a.example/b /b") ==
        "198.51.100.7 https://a.example/b /b");
  CHECK(welcomed(std::string(kKey) + " - - -") == "  ");
  for (const auto& lie :
       {std::string("x 198.51.100.7 -"), std::string(64, '0') + " 198.51.100.7 -", std::string()})
    CHECK(welcomed(lie) == "10.0.0.2 http://10.0.0.1:8080 /said");
}

TEST_CASE("a write that comes while another replica takes over goes there, with its token") {
  ScriptedServer writer("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");

  // Has lost the writing, which the replicas are told after the write is under way.
  class Deposed final : public Store {
   public:
    Deposed(SaidReplicas& replicas, std::string next) : replicas_(replicas), next_(std::move(next)) {}
    std::shared_ptr<const Index> snapshot() const override { return std::make_shared<const Index>(); }
    void write(Write, Done done) override {
      replicas_.say({false, next_});
      done(Error{Code::Elsewhere, "another replica writes"});
    }
    StoreStatus status() override { return {}; }

   private:
    SaidReplicas& replicas_;
    const std::string next_;
  };
  Replica replica;
  replica.replicas.say({true, {}});
  Deposed deposed(replica.replicas, at(writer.port()));
  replica.service.api.start(deposed);
  CHECK(replica.post(kTool).status == 204);
  CHECK(writer.heard().find("Authorization: Bearer secret\r\n") != std::string::npos);
}
