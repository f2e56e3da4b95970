#include "registry/store/index.hpp"

#include <doctest/doctest.h>

#include <map>
#include <random>

using namespace toolhive::registry;

namespace {

std::shared_ptr<const Registration> registration(const std::string& version, std::uint64_t sequence) {
  Registration made{*Version::parse(version),
                    sequence,
                    {},
                    {},
                    std::nullopt,
                    {},
                    {},
                    Lifecycle::Active,
                    std::nullopt,
                    std::string("document ").append(version)};
  return std::make_shared<const Registration>(std::move(made));
}

std::vector<std::string> names_after(const Index& index, const std::string& after,
                                     std::size_t limit = 1'000'000) {
  std::vector<std::string> names;
  index.visit_after(after, [&](const auto& tool) {
    names.push_back(tool->name);
    return names.size() < limit;
  });
  return names;
}

std::string numbered(std::string prefix, unsigned long number) {
  return prefix.append(std::to_string(number));
}

const auto no_text = [](const std::string&) { return SearchText(); };

}  // namespace

TEST_CASE("an index holds what was added, in order, however many leaves it takes") {
  std::mt19937 random(7);
  std::map<std::string, int> expected;
  Index index;
  for (int round = 0; round < 50; ++round) {
    IndexBuilder builder(index);
    for (int i = 0; i < 60; ++i) {
      const auto name = numbered("tool-", random() % 2000);
      if (random() % 5 == 0) {
        builder.withdraw(name, "", 1, "", no_text);
        expected.erase(name);
      } else {
        builder.add(name, registration("1.0.0", 1), {});
        expected[name] = 1;
      }
    }
    index = builder.take();
    REQUIRE(index.tools() == expected.size());
  }
  std::vector<std::string> names;
  for (const auto& [name, one] : expected) names.push_back(name);
  CHECK(names_after(index, "") == names);
  for (const auto& name : names) CHECK(index.find(name)->name == name);
  CHECK(index.find("tool-") == nullptr);
  CHECK(index.find("zzz") == nullptr);
  CHECK(index.find("") == nullptr);
  // Every page starts where the one before ended.
  for (std::size_t i = 0; i < names.size(); i += 97) {
    const auto page = names_after(index, names[i], 3);
    for (std::size_t k = 0; k < page.size(); ++k) CHECK(page[k] == names[i + 1 + k]);
  }
  CHECK(names_after(index, "tool-1", 1).front() > "tool-1");
}

TEST_CASE("a reader's index stays what it was while a builder changes its successor") {
  IndexBuilder first{Index()};
  for (unsigned i = 0; i < 300; ++i) first.add(numbered("t", i), registration("1.0.0", 1), {});
  const Index before = first.take();
  IndexBuilder second(before);
  for (unsigned i = 0; i < 300; ++i) {
    second.withdraw(numbered("t", i), "", 2, "", no_text);
    second.add(numbered("u", i), registration("1.0.0", 2), {});
  }
  second.add("t7", registration("2.0.0", 3), {});
  const Index after = second.take();
  CHECK(before.tools() == 300);
  CHECK(before.find("t7")->latest()->version.text() == "1.0.0");
  CHECK(before.find("u1") == nullptr);
  CHECK(after.tools() == 301);
  CHECK(after.find("t7")->latest()->version.text() == "2.0.0");
}

TEST_CASE("the latest version is the highest, between equals the later") {
  IndexBuilder builder{Index()};
  builder.add("a", registration("1.0.0", 1), {});
  builder.add("a", registration("2.0.0-rc.1", 2), {});
  builder.add("a", registration("0.9.0", 3), {});
  CHECK(builder.find("a")->latest()->version.text() == "2.0.0-rc.1");
  builder.add("a", registration("2.0.0", 4), {});
  builder.add("a", registration("2.0.0+sha.1", 5), {});
  CHECK(builder.find("a")->latest()->version.text() == "2.0.0+sha.1");
  builder.add("a", registration("2.0.0-rc.2", 6), {});
  CHECK(builder.find("a")->latest()->version.text() == "2.0.0+sha.1");
  builder.withdraw("a", "2.0.0+sha.1", 7, "", no_text);
  CHECK(builder.find("a")->latest()->version.text() == "2.0.0");
  CHECK(builder.find("a")->find_retired("2.0.0+sha.1") != nullptr);
  CHECK(builder.index().versions() == 5);
}

TEST_CASE("the counts follow additions, replacements and withdrawals") {
  IndexBuilder builder{Index()};
  builder.add("a", registration("1.0.0", 1), {});
  builder.add("a", registration("1.0.0", 2), {});
  CHECK(builder.index().versions() == 1);
  CHECK(builder.index().document_bytes() == std::string("document 1.0.0").size());
  builder.withdraw("a", "9.9.9", 3, "", no_text);
  CHECK(builder.index().tools() == 1);
  builder.withdraw("a", "1.0.0", 3, "", no_text);
  CHECK(builder.index().tools() == 0);
  CHECK(builder.index().versions() == 0);
  CHECK(builder.index().document_bytes() == 0);
  CHECK(builder.index().memory_bytes() == kRetiredMemory);
  builder.add("a", registration("1.0.0", 4), {});
  CHECK(builder.find("a")->retired.empty());
  builder.withdraw("nobody", "", 5, "", no_text);
  CHECK(builder.find("nobody") == nullptr);
}

TEST_CASE("the memory that is counted follows the search text of the latest version, and is 0 in the end") {
  const auto text_of = [](const std::string& words) { return SearchText({"a", words, {}, {}, {}}); };
  const std::string words(1'000, 'w');
  IndexBuilder builder{Index()};
  builder.add("a", registration("1.0.0", 1), text_of(words));
  const auto one = builder.index().memory_bytes();
  CHECK(one > kVersionMemory + words.size());
  builder.add("a", registration("2.0.0", 2), text_of("short"));
  CHECK(builder.index().memory_bytes() < one + kVersionMemory);
  builder.purge("a", "2.0.0", "", [&](const std::string&) { return text_of(words); });
  CHECK(builder.index().memory_bytes() == one);
  builder.retire("b", {*Version::parse("1.0.0"), 3, {}, {}});
  CHECK(builder.index().memory_bytes() == one + kRetiredMemory);
  for (const char* name : {"a", "b"}) builder.purge(name, "", "", no_text);
  CHECK(builder.index().memory_bytes() == 0);
}

TEST_CASE("an index knows what tools tell of servers, whatever was added, replaced, withdrawn and purged") {
  std::mt19937 random(11);
  const auto pick = [&random](const char* prefix, unsigned long count) {
    return numbered(prefix, random() % count);
  };
  Index index;
  for (int round = 0; round < 60; ++round) {
    IndexBuilder builder(index);
    for (int i = 0; i < 20; ++i) {
      const auto name = pick("tool-", 40);
      const auto version = pick("1.0.", 3);
      const auto server = pick("io.example/s", 9);
      switch (random() % 5) {
        case 0:
          builder.withdraw(name, random() % 2 == 0 ? "" : version, 1, "", no_text);
          break;
        case 1:
          builder.purge(random() % 3 == 0 ? server : name, random() % 2 == 0 ? "" : version, "", no_text);
          break;
        case 2:
          builder.add(server, registration(version, 1), {});
          break;
        default: {
          auto made = *registration(version, static_cast<std::uint64_t>(round * 20 + i));
          if (random() % 4 != 0) made.server = server;
          if (random() % 2 == 0) made.server_version = pick("v", 3);
          builder.add(name, std::make_shared<const Registration>(made), {});
        }
      }
    }
    const auto before = index;
    index = builder.take();
    std::map<std::string, std::vector<std::string>> expected, found;
    std::size_t published = 0;
    index.visit_all([&](const Tool& tool) {
      CHECK(tool.was_registered());
      if (is_server_name(tool.name)) {
        published += tool.live.empty() ? 0 : 1;
        if (!tool.live.empty()) expected[tool.name];
      }
      for (const auto& each : tool.live) {
        if (!each->server.empty())
          expected[each->server].push_back(
              (each->server_version.empty() ? each->version.text() : each->server_version) + " " + tool.name +
              " " + each->version.text());
      }
    });
    std::string last;
    index.visit_servers("", [&](const Tool& server) {
      CHECK(last < server.name);
      last = server.name;
      auto& list = found[server.name];
      for (const auto& mention : server.mentions) {
        list.push_back(mention.version.text() + " " + mention.tool + " " +
                       mention.registration->version.text());
        CHECK(index.find(mention.tool)->find(mention.registration->version.text()) == mention.registration);
      }
      CHECK(index.find_server(server.name) == &server);
      CHECK((index.find(server.name) != nullptr) == server.was_registered());
      return true;
    });
    for (auto* lists : {&expected, &found}) {
      for (auto& [name, list] : *lists) std::sort(list.begin(), list.end());
    }
    REQUIRE(found == expected);
    CHECK(index.servers() == published);
  }
}

TEST_CASE("of a purged server nothing is kept") {
  IndexBuilder builder{Index()};
  builder.add("io.example/a", registration("1.0.0", 1), {});
  builder.withdraw("io.example/a", "", 3, "", no_text);
  CHECK(builder.index().find_server("io.example/a") != nullptr);
  builder.purge("io.example/a", "", "", no_text);
  CHECK(builder.take().find_server("io.example/a") == nullptr);
}

TEST_CASE("servers are visited from a name on, tools are not") {
  IndexBuilder builder{Index()};
  for (int i = 100; i < 500; ++i) {
    builder.add(numbered("io.example/s", static_cast<unsigned long>(i)), registration("1.0.0", 1), {});
    builder.add(numbered("tool-", static_cast<unsigned long>(i)), registration("1.0.0", 1), {});
  }
  const auto index = builder.take();
  const auto first_from = [&index](std::string_view from) {
    std::string first = "none";
    index.visit_servers(from, [&](const Tool& server) {
      first = server.name;
      return false;
    });
    return first;
  };
  CHECK(first_from("") == "io.example/s100");
  CHECK(first_from("a") == "io.example/s100");
  CHECK(first_from("io.example/s300") == "io.example/s300");
  CHECK(first_from("io.example/s3005") == "io.example/s301");
  CHECK(first_from("io.example/s499x") == "none");
  CHECK(first_from("z") == "none");
}
