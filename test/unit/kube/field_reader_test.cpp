#include "controller/kube/object/field_reader.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

using namespace toolhive;
using kube::FieldReader;

namespace {

struct Parcel {
  std::string label = "none";
  std::int64_t grams = -1;
  bool fragile = false;
  JsonPtr rest;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read("label", label);
    fields.read("grams", grams);
    fields.read("fragile", fragile);
    fields.read("rest", rest);
  }
};

// What a reader makes of a document, or the first thing that is wrong with it.
StatusOr<Parcel> read_parcel(std::string_view document) {
  Status error;
  Parcel parcel;
  parcel.describe(FieldReader::root(document, error));
  if (!error.ok()) return error;
  return parcel;
}

std::string complaint_about(std::string_view document) {
  return read_parcel(document).status().message();
}

}  // namespace

TEST_CASE("fields are read where they stand, and those that are absent or null keep their defaults") {
  const auto parcel = read_parcel(
      " {\n \"label\" : \"a\\u0062c\" , \"grams\":12,\"unknown\":[{\"grams\":1}],\"fragile\":true,"
      "\"rest\":{\"grams\":1.5}}\n");
  REQUIRE(parcel.ok());
  CHECK(parcel->label == "abc");
  CHECK(parcel->grams == 12);
  CHECK(parcel->fragile);
  CHECK(*parcel->rest == Json{{"grams", 1.5}});
  CHECK(read_parcel(R"({"label":null})")->label == "none");
  CHECK(read_parcel("{}")->grams == -1);
}

TEST_CASE("of a field that stands twice the later counts, and an escaped name is that name") {
  CHECK(read_parcel(R"({"grams":1,"label":"x","grams":2})")->grams == 2);
  CHECK(read_parcel(R"({"gr\u0061ms":3})")->grams == 3);
}

TEST_CASE("the first field that does not fit is named, and nothing is taken for what it is not") {
  CHECK(complaint_about(R"({"label":1,"grams":"x"})") == "label: must be a string");
  CHECK(complaint_about(R"({"grams":1.0})") == "grams: must be an integer");
  CHECK(complaint_about(R"({"grams":9223372036854775808})") == "grams: must be an integer");
  CHECK(complaint_about(R"({"fragile":"true"})") == "fragile: must be true or false");
  CHECK(complaint_about("[]") == "the object: must be an object");
}

TEST_CASE("lists, maps and objects name the element that does not fit") {
  Status error;
  const FieldReader root = FieldReader::root(
      R"({"list":["a",2],"map":{"k":1},"objects":[{},3],"amounts":{"cpu":1.50,"memory":true}})", error);
  std::vector<std::string> list{"kept"};
  SUBCASE("a list") {
    root.read("list", list);
    CHECK(error.message() == "list[1]: must be a string");
    CHECK(list == std::vector<std::string>{"kept"});
  }
  SUBCASE("a map") {
    StringMap map;
    root.read("map", map);
    CHECK(error.message() == "map[k]: must be a string");
  }
  SUBCASE("a list of objects") {
    CHECK(root.objects("objects").size() == 2);
    CHECK(error.message() == "objects[1]: must be an object");
  }
  SUBCASE("quantities, which may be numbers") {
    StringMap amounts;
    root.read_quantities("amounts", amounts);
    CHECK(error.message() == "amounts[memory]: must be a quantity such as 64Mi");
  }
}
