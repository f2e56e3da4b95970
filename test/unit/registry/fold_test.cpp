#include "registry/model/fold.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "cost.hpp"

using namespace toolhive::registry;

TEST_CASE("texts that people take for the same are the same once folded") {
  const std::vector<std::vector<std::string>> same = {{"weather", "WEATHER", "Weather"},
                                                      {"ecole", "École", "école", "E\u0301COLE"},
                                                      {"strasse", "Straße", "STRASSE"},
                                                      {"οδος", "ΟΔΟΣ", "οδός", "Οδός"},
                                                      {"елка", "Ёлка", "ЕЛКА"},
                                                      {"istanbul", "İstanbul"},
                                                      {"abc 1", "ＡＢＣ\u30001", "ⓐⓑⓒ\u00a01"},
                                                      {"fish", "\ufb01sh", "fi\u00adsh", "fi\u200dsh"},
                                                      {"がぎ", "か\u3099き\u3099"},
                                                      {"ガ", "ｶﾞ"}};
  for (const auto& texts : same) {
    for (const auto& text : texts) CHECK(fold(text) == fold(texts[0]));
  }
}

TEST_CASE("texts that are not the same stay apart") {
  CHECK(fold("か") != fold("が"));
  // Devanagari ki with the short and the long vowel.
  CHECK(fold("\u0915\u093f") != fold("\u0915\u0940"));
  CHECK(fold("weather") != fold("whether"));
  CHECK(fold("\u00a8") != fold(" "));
  CHECK(fold("o\u0338") == fold("o"));
}

TEST_CASE("folding what is folded changes nothing, and it does not get much longer") {
  for (const char* text : {"Ä\u0301ÖÜ ß \u1e9e", "\ufdfa", "\u1d160", "\u0390\u1fb3\u1fe4", "\u2474\u33ff",
                           "한국어 ᄒᆞᆫ", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb"}) {
    CAPTURE(text);
    const auto folded = fold(text);
    CHECK(fold(folded) == folded);
    CHECK(folded.size() <= 4 * std::string_view(text).size());
  }
}

TEST_CASE("the cost of folding grows with the text, not with its square") {
  const auto folding = [](std::size_t count) {
    std::string text;
    while (count-- > 0) text += "e\u0301\u0302\u0301";
    return [text] { fold(text); };
  };
  CHECK(test::growth(1000, folding) < test::kLinear);
}

TEST_CASE("a word ends where no letter, digit or mark is before it, in any script") {
  const auto within = [](const std::string& before) { return ends_in_word(before + "x", before.size()); };
  for (const char* before : {"a", "Z", "7", "é", "ж", "天", "か", "e\u0301"}) {
    CAPTURE(before);
    CHECK(within(before));
  }
  for (const char* before : {"", " ", "-", "・", "—", "\u3000", "«", "_"}) {
    CAPTURE(before);
    CHECK_FALSE(within(before));
  }
}
