#include "controller/kube/object/object.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

using namespace toolhive;

using kube::Object;

namespace {

Object object(std::string_view text) {
  StatusOr<Object> parsed = Object::parse(text);
  REQUIRE_MESSAGE(parsed.ok(), parsed.status());
  return *parsed;
}

std::string parse_refusal(std::string_view text) {
  const StatusOr<Object> parsed = Object::parse(text);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.status().code() == Code::Decode);
  return parsed.status().message();
}

constexpr std::string_view kPod =
    R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0","namespace":"shop",
  "uid":"u-1","resourceVersion":"42","generation":7,"creationTimestamp":"2024-01-02T03:04:05Z",
  "deletionTimestamp":"2024-01-02T03:05:05Z",
  "labels":{"tier":"front","app":"web"},"annotations":{"note":"say \"hi\" \u00e9\ud83d\ude00\n","z":""},
  "finalizers":["a.dev/x","b.dev/y"],
  "ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"web","uid":"u-0","controller":true,
    "blockOwnerDeletion":true},{"apiVersion":"v1","kind":"Node","name":"n","uid":"u-9"}],
  "managedFields":[{"manager":"kubectl","fieldsV1":{"f:spec":{}}}]},"spec":{"x":[1,2.5e3,null,true,{}]}})";

}  // namespace

TEST_CASE("metadata is read from the bytes") {
  const Object pod = object(kPod);
  CHECK(pod.api_version() == "v1");
  CHECK(pod.kind() == "Pod");
  CHECK(pod.key() == kube::Key{"shop", "web-0"});
  const kube::Meta& meta = pod.meta();
  CHECK(meta.uid == "u-1");
  CHECK(meta.resource_version == "42");
  CHECK(meta.generation == 7);
  CHECK(meta.creation_timestamp == "2024-01-02T03:04:05Z");
  CHECK(meta.deleting());
  CHECK(meta.labels.size() == 2);
  CHECK(meta.labels.get("app") == "web");
  CHECK(meta.labels.find("tier")->second == "front");
  CHECK_FALSE(meta.labels.contains("ap"));
  CHECK(meta.annotations.get("note") == "say \"hi\" \u00e9\U0001F600\n");
  CHECK(meta.annotations.get("z") == "");
  CHECK_FALSE(meta.annotations.contains("y"));
  CHECK(meta.annotations.to_map().size() == 2);
  CHECK(meta.has_finalizer("b.dev/y"));
  CHECK_FALSE(meta.has_finalizer("b.dev"));
  REQUIRE(meta.owners.size() == 2);
  CHECK(meta.owners[1].name == "n");
  REQUIRE(meta.controller() != nullptr);
  CHECK(meta.controller()->uid == "u-0");
}

TEST_CASE("managedFields are cut wherever they stand, and nothing else is") {
  for (const char* text :
       {R"({"metadata":{"managedFields":[{"a":1}],"name":"x","labels":{"b":"c"}},"spec":1})",
        R"({"metadata":{"name":"x","managedFields":[{"a":1}],"labels":{"b":"c"}},"spec":1})",
        R"({"metadata":{"name":"x","labels":{"b":"c"},"managedFields":[{"a":1}]},"spec":1})",
        R"({"spec":1,"metadata":{ "managedFields" : null , "name":"x","labels":{"b":"c"}}})"}) {
    CAPTURE(text);
    const Object cut = object(text);
    Json expected = Json::parse(text);
    expected["metadata"].erase("managedFields");
    CHECK(cut.json() == expected);
    CHECK(cut.bytes().find("managedFields") == std::string_view::npos);
    CHECK(cut.meta().name == "x");
    CHECK(cut.meta().labels.get("b") == "c");
  }
}

TEST_CASE("a field called managedFields outside of metadata stays") {
  const Object kept = object(R"({"metadata":{"name":"x"},"spec":{"managedFields":[1]}})");
  CHECK(kept.json()["spec"]["managedFields"][0] == 1);
}

TEST_CASE("names written with escapes are the names they mean") {
  const Object odd = object(R"({"m\u0065tadata":{"n\u0061me":"a\u002fb","labels":{"k\u0065y":"v\\"}}})");
  CHECK(odd.meta().name == "a/b");
  CHECK(odd.meta().labels.get("key") == "v\\");
}

TEST_CASE("null metadata fields count as absent") {
  const Object sparse = object(
      R"({"metadata":{"name":"x","creationTimestamp":null,"labels":null,"annotations":null,"finalizers":null,
                 "ownerReferences":null,"generation":null}})");
  CHECK(sparse.meta().creation_timestamp.empty());
  CHECK(sparse.meta().labels.empty());
  CHECK(sparse.meta().controller() == nullptr);
}

TEST_CASE("the items of a list get the type that they leave out") {
  const kube::ResourceType type{"apps", "v1", "Deployment", "deployments"};
  StatusOr<Object> item =
      Object::parse(R"( {"metadata":{"managedFields":[],"name":"x","labels":{"a":"b"}}})", &type);
  REQUIRE(item.ok());
  CHECK(item->api_version() == "apps/v1");
  CHECK(item->kind() == "Deployment");
  CHECK(item->json()["kind"] == "Deployment");
  CHECK(item->json()["apiVersion"] == "apps/v1");
  CHECK(item->meta().name == "x");
  CHECK(item->meta().labels.get("a") == "b");
  item = Object::parse(R"({"apiVersion":"v1","kind":"Other","metadata":{"name":"x"}})", &type);
  CHECK(item->kind() == "Other");
}

TEST_CASE("a copy shares the content, and the content outlives the first handle") {
  Object second = object(R"({"metadata":{"name":"other"}})");
  {
    const Object first = object(kPod);
    second = first;
    CHECK(second.bytes().data() == first.bytes().data());
  }
  CHECK(second.meta().name == "web-0");
}

TEST_CASE("what is not one object with a name is refused with the place") {
  CHECK(parse_refusal("").find("expected an object at byte 0") != std::string::npos);
  CHECK(parse_refusal("[]").find("expected an object") != std::string::npos);
  CHECK(parse_refusal(R"({"metadata":{"name":"x"}} {})").find("bytes after the end at byte 26") !=
        std::string::npos);
  CHECK(parse_refusal(R"({"kind":"Pod"})").find("metadata.name: missing or empty") != std::string::npos);
  CHECK(parse_refusal(R"({"metadata":{"name":7}})").find("metadata.name: expected a string") !=
        std::string::npos);
  CHECK(parse_refusal(R"({"metadata":{"name":"x","labels":{"a":1}}})").find("metadata.labels") !=
        std::string::npos);
  CHECK(parse_refusal(R"({"metadata":{"name":"x","generation":1.5}})").find("metadata.generation") !=
        std::string::npos);
  CHECK(parse_refusal(R"({"metadata":{"name":"x"},"metadata":{"name":"y"}})")
            .find("metadata: the key occurs twice") != std::string::npos);
  CHECK(parse_refusal(R"({"metadata":{"name":"x","labels":{"a":"1","\u0061":"2"}}})").find("twice") !=
        std::string::npos);
}

TEST_CASE("malformed JSON is refused even where nothing is read") {
  const auto spec = [](const std::string& value) {
    return R"({"metadata":{"name":"x"},"spec":)" + value + "}";
  };
  for (const char* value : {"",
                            "01",
                            "1.",
                            ".5",
                            "-",
                            "1e",
                            "1e999",
                            "tru",
                            "nul",
                            "{",
                            "[1,]",
                            "{\"a\":1,}",
                            "{\"a\"}",
                            "{a:1}",
                            "'x'",
                            "\"\\x\"",
                            "\"\\u12g4\"",
                            "\"\\ud800\"",
                            "\"\\udc00\"",
                            "\"\\ud800\\u0041\"",
                            "\"tab\there\"",
                            "\"\x80\"",
                            "\"\xc0\xaf\"",
                            "\"\xed\xa0\x80\"",
                            "\"\xf4\x90\x80\x80\"",
                            "\"\xe2\x82\"",
                            "[1 2]",
                            "[1}",
                            "+1",
                            "NaN",
                            "\"open"}) {
    CAPTURE(value);
    CHECK_FALSE(Object::parse(spec(value)).ok());
    CHECK_FALSE(Json::accept(spec(value)));
  }
  CHECK(Object::parse(spec("1e308")).ok());
  CHECK(Object::parse(spec("\"\xf0\x9f\x98\x80 \xe2\x82\xac\"")).ok());
}

TEST_CASE("nesting is bounded, so no input exhausts the stack") {
  const auto nested = [](std::size_t depth) {
    return R"({"metadata":{"name":"x"},"spec":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  CHECK(Object::parse(nested(999)).ok());
  CHECK(parse_refusal(nested(1000)).find("nested too deeply") != std::string::npos);
  CHECK_FALSE(Object::parse(std::string(5'000'000, '[')).ok());
}

TEST_CASE("a document survives the way through bytes") {
  const Json document = {
      {"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"metadata", {{"name", "x"}}}, {"data", {{"k", "v"}}}};
  const StatusOr<Object> made = Object::from(document);
  REQUIRE(made.ok());
  CHECK(made->json() == document);
  CHECK(Object::from(Json{{"metadata", {{"name", "\xff"}}}}).status().code() == Code::Decode);
}

TEST_CASE("the status is decoded without the rest, and is empty where there is none") {
  const std::string head = R"({"metadata":{"name":"x"},"spec":{"status":"other"})";
  CHECK(*object(head + R"(,"st\u0061tus":{"phase":"Good","all":[1,{"a":null}]}})").status() ==
        Json{{"phase", "Good"}, {"all", {1, {{"a", nullptr}}}}});
  for (const char* tail : {"}", R"(,"status":null})", R"(,"status":{}})"})
    CHECK(*object(head + tail).status() == Json::object());
}

TEST_CASE("the declared digest ignores status and versions, and nothing else") {
  const auto digest = [](std::string_view text) { return object(text).declared_digest(); };
  const std::string base =
      digest(R"({"metadata":{"name":"x","resourceVersion":"1","generation":1},"spec":1,"status":2})");
  CHECK(base.size() == 64);
  CHECK(base == digest(R"({"spec":1,"metadata":{"generation":2,"resourceVersion":"9","name":"x"}})"));
  CHECK(base != digest(R"({"spec":2,"metadata":{"name":"x"}})"));
  CHECK(base != digest(R"({"spec":1,"metadata":{"name":"x","labels":{"a":"b"}}})"));
}

TEST_CASE("resource versions compare as numbers of any size") {
  using kube::compare_resource_versions;
  CHECK(compare_resource_versions("9", "10") < 0);
  CHECK(compare_resource_versions("10", "10") == 0);
  CHECK(compare_resource_versions("", "1") < 0);
  CHECK(compare_resource_versions("99999999999999999999999", "100000000000000000000000") < 0);
}
