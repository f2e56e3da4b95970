#include "registry/model/search_text.hpp"

#include <doctest/doctest.h>

using namespace registry;

TEST_CASE("a search finds words in every field, and all of them must be there") {
  const auto text = search_text(
      {"weather.forecast", "Weather Forecast", "Rain in the\ncity", "io.example/Sky", {"Daily", "a\tb"}});
  for (const char* words : {"weather", "FORECAST", "rain city", "io.example", "sky daily", "a b", "", "  "}) {
    CAPTURE(words);
    CHECK(Search(words).rank(text) > 0);
  }
  for (const char* words : {"weather snow", "forecastweather", "the\ncityio"}) {
    CAPTURE(words);
    CHECK(Search(words).rank(text) == 0);
  }
}

TEST_CASE("a match of the name counts more than one of the title, a tag, the server and the description") {
  const Search search("rain");
  const auto rank = [&](const SearchFields& fields) { return search.rank(search_text(fields)); };
  const int whole = rank({"rain", {}, {}, {}, {}});
  const int start = rank({"rain.today", {}, {}, {}, {}});
  const int part = rank({"daily.rain", {}, {}, {}, {}});
  const int title = rank({"a", "No rain", {}, {}, {}});
  const int inside = rank({"training", {}, {}, {}, {}});
  const int tag = rank({"a", {}, {}, {}, {"rain"}});
  const int server = rank({"a", {}, {}, "io.example/rain", {}});
  const int description = rank({"a", {}, "some rain", {}, {}});
  CHECK(whole > start);
  CHECK(start == part);
  CHECK(part > title);
  CHECK(title >= inside);
  CHECK(inside > tag);
  CHECK(tag > server);
  CHECK(server > description);
  CHECK(description > 0);
}

TEST_CASE("tags and servers are matched as a whole") {
  const auto text = search_text({"a", {}, {}, "io.example/Sky", {"Daily news", "x"}});
  CHECK(has_tag(text, "daily news"));
  CHECK(has_tag(text, "x"));
  CHECK_FALSE(has_tag(text, "daily"));
  CHECK_FALSE(has_tag(search_text({"x", {}, {}, {}, {}}), "x"));
  CHECK(has_server(text, "io.example/sky"));
  CHECK_FALSE(has_server(text, "io.example/sk"));
}
