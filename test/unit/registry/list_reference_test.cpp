// Lists and searches are fast by leaving out what cannot match. Here they are held against a search
// that reads everything.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

#include "registry/model/fold.hpp"
#include "service_fixture.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::test;

namespace {

struct PlainTool {
  std::string name, title, description, server;
  std::vector<std::string> tags;
};

bool plain_is_word(unsigned char c) {
  return std::isalnum(c) != 0 || c >= 0x80;
}

// 3 when the word is the whole field, 2 when it begins a word there, 1 when it is within one, 0
// when it is not there.
int plain_match(const std::string& field, const std::string& word) {
  if (field == word) return 3;
  int best = 0;
  for (std::size_t at = 0; at + word.size() <= field.size(); ++at) {
    if (field.compare(at, word.size(), word) != 0) continue;
    const bool start = at == 0 || !plain_is_word(static_cast<unsigned char>(field[at - 1]));
    best = std::max(best, start ? 2 : 1);
  }
  return best;
}

int plain_rank(const PlainTool& tool, const std::vector<std::string>& words) {
  int rank = 1;
  for (const auto& word : std::set<std::string>(words.begin(), words.end())) {
    const auto worth = [&](const std::string& field, std::array<int, 4> of_match) {
      return of_match[static_cast<std::size_t>(plain_match(fold(field), word))];
    };
    int best = std::max({worth(tool.name, {0, 40, 60, 100}), worth(tool.title, {0, 25, 40, 50}),
                         worth(tool.server, {0, 10, 20, 25}), worth(tool.description, {0, 3, 8, 10})});
    // A tag is never the whole field: there is a mark on either side of it.
    for (const auto& tag : tool.tags) best = std::max(best, worth(tag, {0, 15, 30, 30}));
    if (best == 0) return 0;
    rank += best;
  }
  return rank;
}

// Few letters and short words, so that parts of words meet often.
class PlainTexts {
 public:
  explicit PlainTexts(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return random_() % limit; }
  std::string word() {
    static constexpr std::array<std::string_view, 10> kLetters = {"a", "b", "c", "A", "B",
                                                                  "7", "-", ".", "_", "\u00e9"};
    std::string out = "x";
    for (auto count = 1 + below(5); count > 0; --count) out += kLetters[below(kLetters.size())];
    return out.substr(below(2));
  }
  std::string words(std::size_t most) {
    std::string out;
    for (auto count = below(most + 1); count > 0; --count) out += (out.empty() ? "" : " ") + word();
    return out;
  }
  PlainTool tool(std::size_t number) {
    static constexpr std::string_view kNames = "abcABC7-._";
    PlainTool tool;
    for (auto count = 1 + below(4); count > 0; --count) tool.name += kNames[below(kNames.size())];
    tool.name += "t" + std::to_string(number);
    tool.title = words(3);
    tool.description = words(below(8) == 0 ? 300 : 20);
    if (below(2) == 0) tool.server = "io.example/x" + std::to_string(below(4)) + "y";
    for (auto count = below(3); count > 0; --count) {
      if (auto tag = fold(word()); std::find(tool.tags.begin(), tool.tags.end(), tag) == tool.tags.end())
        tool.tags.push_back(std::move(tag));
    }
    return tool;
  }

 private:
  std::mt19937 random_;
};

std::string plain_document(const PlainTool& tool) {
  Json json = {{"name", tool.name}, {"inputSchema", {{"type", "object"}}}};
  if (!tool.title.empty()) json["title"] = tool.title;
  if (!tool.description.empty()) json["description"] = tool.description;
  if (!tool.tags.empty()) json["tags"] = tool.tags;
  if (!tool.server.empty()) json["server"] = {{"name", tool.server}};
  return json.dump();
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

}  // namespace

TEST_CASE("lists and searches find what a search through everything finds, in the same order") {
  const auto seed = std::random_device()();
  CAPTURE(seed);
  PlainTexts texts(seed);
  Service service;
  std::vector<PlainTool> tools;
  for (std::size_t i = 0; i < 400; ++i) {
    tools.push_back(texts.tool(i));
    CAPTURE(plain_document(tools.back()));
    REQUIRE(service.post(plain_document(tools.back())).status == 201);
  }
  std::sort(tools.begin(), tools.end(), [](const auto& a, const auto& b) { return a.name < b.name; });

  std::size_t found_in_all = 0;
  for (int i = 0; i < 400; ++i) {
    std::vector<std::string> words;
    std::string query = "limit=" + std::to_string(1 + texts.below(100)), tag, server, search;
    for (auto count = texts.below(4); count > 0; --count) {
      words.push_back(fold(texts.word()));
      if (texts.below(3) == 0) words.back().resize(1 + texts.below(words.back().size()));
      // Not in the middle of a character.
      while (!words.back().empty() && static_cast<unsigned char>(words.back().back()) == 0xC3)
        words.back().pop_back();
      if (words.back().empty()) words.pop_back();
    }
    for (const auto& word : words) search += word + " ";
    if (!search.empty()) query += "&search=" + percent_encoded(search);
    if (texts.below(4) == 0) query += "&tag=" + percent_encoded(tag = fold(texts.word()));
    if (texts.below(4) == 0)
      query += "&server=" + percent_encoded(server = "io.example/x" + std::to_string(texts.below(5)) + "y");
    CAPTURE(query);

    std::vector<std::pair<int, std::string>> expected;
    for (const auto& tool : tools) {
      if (!tag.empty() && std::find(tool.tags.begin(), tool.tags.end(), tag) == tool.tags.end()) continue;
      if (!server.empty() && tool.server != server) continue;
      if (const int rank = plain_rank(tool, words); rank > 0) expected.emplace_back(-rank, tool.name);
    }
    if (!words.empty()) std::sort(expected.begin(), expected.end());
    std::vector<std::string> wanted, found;
    for (const auto& [rank, name] : expected) wanted.push_back(name);
    std::string cursor;
    do {
      const auto page = body_of(service.get("/api/v1/tools?" + query + cursor));
      REQUIRE(page.contains("tools"));
      for (const auto& tool : page["tools"]) found.push_back(tool["name"]);
      cursor = page.contains("nextCursor")
                   ? "&cursor=" + percent_encoded(page["nextCursor"].get<std::string>())
                   : "";
    } while (!cursor.empty() && found.size() <= tools.size());
    CHECK(found == wanted);
    found_in_all += found.size();
  }
  CHECK(found_in_all > 1000);  // Else it compares nothing with nothing.
}
