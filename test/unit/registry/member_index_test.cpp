#include "registry/model/member_index.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cost.hpp"

using namespace toolhive::registry;

TEST_CASE("members are found by name in objects of any size") {
  for (const int size : {0, 1, 8, 9, 1'000}) {
    CAPTURE(size);
    Json object = Json::object();
    for (int i = size; i > 0; --i) append_member(object, "m" + std::to_string(i), i);
    MemberIndex index;
    for (int i = 1; i <= size; ++i) {
      const auto* found = index.find(object, "m" + std::to_string(i));
      REQUIRE(found != nullptr);
      CHECK(*found == i);
    }
    CHECK(index.find(object, "m0") == nullptr);
    CHECK(index.find(object, "n") == nullptr);
  }
  MemberIndex index;
  CHECK(index.find(Json::array({1}), "0") == nullptr);
  CHECK(index.find(Json("text"), "text") == nullptr);
}

TEST_CASE("a JSON pointer is followed through objects and arrays, and leads nowhere when it is none") {
  const Json root = Json::parse(R"({"a":[{"b/c":{"~":1}},2],"":3,"0":4})");
  MemberIndex index;
  const auto at = [&](const std::string& pointer) {
    const auto* value = index.follow(root, pointer);
    return value == nullptr ? std::string("nothing") : value->dump();
  };
  CHECK(at("") == root.dump());
  CHECK(at("/a/0/b~1c/~0") == "1");
  CHECK(at("/a/1") == "2");
  CHECK(at("/") == "3");
  CHECK(at("/0") == "4");
  for (const char* nowhere : {"/a/2", "/a/01", "/a/-", "/a/", "/a/x", "/a/-1", "/a/1/b", "/b", "a", "/a~2",
                              "/a/99999999999999999999", "/0/a"})
    CHECK(at(nowhere) == "nothing");
}

TEST_CASE("finding each member of an object takes time in proportion to their number") {
  const double grown = test::growth(1'250, [](std::size_t size) {
    Json object = Json::object();
    for (std::size_t i = 0; i < size; ++i) append_member(object, "m" + std::to_string(i), i);
    return [object] {
      MemberIndex index;
      for (const auto& [name, value] : object.get_ref<const Json::object_t&>())
        CHECK_UNARY(index.find(object, name) == &value);
    };
  });
  CHECK(grown < test::kLinear);
}
