#include "controller/kube/client/watch.hpp"

#include <doctest/doctest.h>

using namespace toolhive;

using kube::decode_watch_event;
using kube::WatchEvent;

TEST_CASE("a change carries its object") {
  const auto event = decode_watch_event(
      R"({"type":"MODIFIED","object":{"kind":"Pod","metadata":{"name":"a","namespace":"n","resourceVersion":"7"}}})");
  REQUIRE(event.ok());
  CHECK(event->type == WatchEvent::Type::Modified);
  CHECK(event->object->key() == kube::Key{"n", "a"});
  CHECK(event->resource_version == "7");
  CHECK(event->error.ok());
}

TEST_CASE("a bookmark holds a version, and may end the initial events") {
  auto event =
      decode_watch_event(R"({"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"9"}}})");
  REQUIRE(event.ok());
  CHECK(event->type == WatchEvent::Type::Bookmark);
  CHECK(event->resource_version == "9");
  CHECK_FALSE(event->initial_events_end);
  event = decode_watch_event(
      R"({"object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"9"}},"type":"BOOKMARK"})");
  CHECK(event->initial_events_end);
}

TEST_CASE("an error event and a bare Status mean the same") {
  const std::string status =
      R"({"kind":"Status","status":"Failure","message":"too old","reason":"Expired","code":410})";
  for (const std::string& frame :
       {status, std::string(R"({"type":"ERROR","object":)").append(status).append("}")}) {
    const auto event = decode_watch_event(frame);
    REQUIRE(event.ok());
    CHECK(event->type == WatchEvent::Type::Error);
    CHECK(event->error.code() == Code::Expired);
    CHECK(event->error.http_status() == 410);
    CHECK(event->error.message() == "too old");
  }
}

TEST_CASE("an object that does not decode is reported with its name, and hides no other") {
  const auto event = decode_watch_event(
      R"({"type":"ADDED","object":{"metadata":{"name":"a","namespace":"n","resourceVersion":"7","labels":{"x":1}}}})");
  REQUIRE(event.ok());
  CHECK(event->type == WatchEvent::Type::Added);
  CHECK_FALSE(event->object);
  REQUIRE(event->undecodable);
  CHECK(event->undecodable->why.code() == Code::Decode);
  CHECK(event->undecodable->key == kube::Key{"n", "a"});
  CHECK(event->undecodable->bytes.starts_with(R"({"metadata":{"name":"a")"));
  CHECK(event->resource_version == "7");
}

TEST_CASE(
    "an object nested to any depth, or of odd bytes, is an event of its name and never the end of the "
    "stream") {
  for (const std::string& spec :
       {std::string(500, '[') + std::string(500, '{') + std::string(500, '}') + std::string(500, ']'),
        std::string(1'000'000, '[') + std::string(1'000'000, ']'), std::string("\"\xff\xfe\\\"{[\""),
        std::string("tru"), std::string("[1}"), std::string("\"\\u12g4\\\\\"")}) {
    const auto event = decode_watch_event(
        R"({"type":"MODIFIED","object":{"spec":)" + spec +
        R"(,"metadata":{"labels":{"a":[{}]},"name":"deep","namespace":"n","resourceVersion":"7"}}})");
    REQUIRE(event.ok());
    CHECK(event->type == WatchEvent::Type::Modified);
    REQUIRE(event->undecodable);
    CHECK(event->undecodable->key == kube::Key{"n", "deep"});
    CHECK(event->undecodable->bytes.size() <= kube::Undecodable::kMaxBytes);
    CHECK(event->resource_version == "7");
  }
}

TEST_CASE(
    "of an object that is too deep, what is at its top can be read, with the reason and without a typed "
    "view") {
  const std::string deep = std::string(2000, '[') + std::string(2000, ']');
  const auto event = decode_watch_event(
      R"({"type":"MODIFIED","object":{"kind":"Widget","metadata":{"name":"a","namespace":"n","uid":"u","generation":3,)"
      R"("deletionTimestamp":"2026-01-01T00:00:00Z","finalizers":["x/y"],"resourceVersion":"7",)"
      R"("ownerReferences":[{"kind":"K","name":"o","uid":"o","apiVersion":"v1","controller":true}]},)"
      R"("spec":{"near":{"b":[1,{"c":2}]},"far":)" +
      deep + R"(},"status":{"seen":3}}})");
  REQUIRE(event.ok());
  REQUIRE(event->undecodable);
  REQUIRE(event->undecodable->rest);
  const kube::Object& rest = *event->undecodable->rest;
  CHECK(rest.key() == kube::Key{"n", "a"});
  CHECK(rest.meta().deleting());
  CHECK(rest.meta().has_finalizer("x/y"));
  CHECK(rest.meta().generation == 3);
  REQUIRE(rest.meta().controller());
  CHECK(rest.meta().controller()->uid == "o");
  CHECK(rest.flaw() == event->undecodable->why.message());
  CHECK(rest.json()["status"]["seen"] == 3);
  CHECK(rest.json()["spec"]["near"] == Json::parse(R"({"b":[1,{"c":2}]})"));
  CHECK(rest.json()["spec"]["far"].dump().size() < 100);
}

TEST_CASE("an object of more values than a document may have is set aside") {
  std::string values = "0";
  for (int i = 0; i < 50'000; ++i) values += ",0";
  const auto event = decode_watch_event(
      R"({"type":"ADDED","object":{"metadata":{"name":"wide","namespace":"n"},"spec":[)" + values + "]}}");
  REQUIRE(event.ok());
  REQUIRE(event->undecodable);
  CHECK(event->undecodable->key == kube::Key{"n", "wide"});
  CHECK(event->undecodable->why.message().find("more values") != std::string::npos);
  REQUIRE(event->undecodable->rest);
  CHECK(event->undecodable->rest->key() == kube::Key{"n", "wide"});
}

TEST_CASE("a frame that is no JSON object is refused") {
  for (const char* frame : {"", "x", "[]", "{\"type\":\"ADDED\"", "{\"type\":\"ADDED\"}{}"})
    CHECK(decode_watch_event(frame).status().code() == Code::Decode);
}

TEST_CASE("an event of an unknown type is an error event") {
  for (const char* frame : {"{}", R"({"type":"NEW","object":{}})", R"({"type":7})"}) {
    const auto event = decode_watch_event(frame);
    REQUIRE(event.ok());
    CHECK(event->type == WatchEvent::Type::Error);
    CHECK(event->error.code() == Code::Decode);
  }
}
