#include "registry/model/search_text.hpp"

#include <doctest/doctest.h>

using namespace toolhive::registry;

TEST_CASE("a search finds words in every field, and all of them must be there") {
  const SearchText text(
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

TEST_CASE("a search finds words whatever their case and accents, and where they begin in any script") {
  const SearchText text({"hours", "Öffnungszeiten", "Météo・天気—Прогноз", {}, {"Émission"}});
  for (const char* words :
       {"öffnung", "OFFNUNGSZEITEN", "me\u0301te\u0301o", "meteo", "прогноз", "天気", "ÉMISSION"}) {
    CAPTURE(words);
    CHECK(Search(words).rank(text) > 0);
  }
  const auto rank = [](const char* description) {
    return Search("天気").rank(SearchText({"a", {}, description, {}, {}}));
  };
  CHECK(rank("今日・天気") == rank("x 天気"));
  CHECK(rank("今日の天気") < rank("x 天気"));
}

TEST_CASE("a match of the name counts more than one of the title, a tag, the server and the description") {
  const Search search("rain");
  const auto rank = [&](const SearchFields& fields) { return search.rank(SearchText(fields)); };
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
  const SearchText text({"a", "Title", {}, "io.example/Sky", {"Daily news", "x"}});
  const auto matches = [&text](std::string_view tag, std::string_view server) {
    Search search("");
    search.require_tag(tag);
    search.require_server(server);
    return search.rank(text) > 0;
  };
  CHECK(matches("", ""));
  CHECK(matches("daily News", ""));
  CHECK(matches("x", "IO.example/sky"));
  CHECK_FALSE(matches("daily", ""));
  CHECK_FALSE(matches("a", ""));
  CHECK_FALSE(matches("x", "io.example/sk"));
  CHECK_FALSE(matches("", "title"));
  CHECK_FALSE(matches("y", "io.example/sky"));
}
