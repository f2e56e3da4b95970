// Documents from text that others wrote, and where their parts end.
#include "controller/kube/object/json_text.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/kube/object/json_skimmer.hpp"

using namespace toolhive;

namespace {

using kube::JsonSkimmer;
using kube::parse_json;

TEST_CASE("a document is refused beyond its bounds, before anything is made of it") {
  CHECK(*parse_json(R"( {"a":[1,true]} )") == Json{{"a", {1, true}}});
  CHECK(parse_json(std::string(1000, '[') + std::string(1000, ']')).ok());
  CHECK(parse_json(std::string(1001, '[') + std::string(1001, ']')).status().code() == Code::Decode);
  CHECK(parse_json(std::string(5'000'000, '[')).status().code() == Code::Decode);
  std::string wide = "[0";
  for (int i = 1; i < 50'000; ++i) wide += ",0";
  CHECK(parse_json(wide + "]").ok());
  CHECK(parse_json(wide + ",0]").status().code() == Code::Decode);
  for (const char* text : {"", "{", "[1,]", "\"\xff\"", "1 2", "nul"}) CHECK_FALSE(parse_json(text).ok());
}

std::vector<std::string> elements(std::string_view text) {
  std::vector<std::string> found;
  JsonSkimmer skimmer(text);
  std::string_view value;
  if (skimmer.enter('['))
    while (skimmer.next_element(value)) found.emplace_back(value);
  if (!skimmer.finish()) found.emplace_back("!");
  return found;
}

TEST_CASE("a value ends where its brackets and strings do, whatever is in it") {
  using Values = std::vector<std::string>;
  CHECK(elements("[]") == Values{});
  CHECK(elements(R"([ 1 , "a\"]" , {"x":["}",{}]} ,[],tru])") ==
        Values{"1", R"("a\"]")", R"({"x":["}",{}]})", "[]", "tru"});
  CHECK(elements(R"(["\\","\\\""])") == Values{R"("\\")", R"("\\\"")"});
  CHECK(elements("[\"\xff\",{\xfe}]") == Values{"\"\xff\"", "{\xfe}"});
  for (const char* text :
       {"", "[", "[1", "[1,", "[1,]", "[,1]", "[\"a]", "[{]", "[1 2]", "[1]]", "[\"a\\\"]"})
    CHECK_MESSAGE(elements(text).back() == "!", text);
}

}  // namespace
