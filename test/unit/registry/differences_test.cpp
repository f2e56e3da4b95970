#include "registry/model/differences.hpp"

#include <doctest/doctest.h>

#include "registry/model/json_place.hpp"

using namespace toolhive::registry;

namespace {

Difference difference(Compatibility compatibility, std::size_t number) {
  return {compatibility, "/" + std::to_string(number), "keyword", "changed"};
}

}  // namespace

TEST_CASE("differences that all fit are kept in the order in which they were found") {
  Differences all;
  CHECK(all.compatible());
  CHECK(all.kept().empty());
  for (std::size_t i = 0; i < Differences::kKept; ++i)
    all.add(difference(i % 3 == 0 ? Compatibility::Breaking : Compatibility::Compatible, i));
  CHECK_FALSE(all.compatible());
  const auto kept = all.kept();
  REQUIRE(kept.size() == Differences::kKept);
  for (std::size_t i = 0; i < kept.size(); ++i) CHECK(kept[i].pointer == "/" + std::to_string(i));
}

TEST_CASE("of more differences than fit all are counted, and the breaking ones are kept first") {
  Differences all;
  for (std::size_t i = 0; i < 3 * Differences::kKept; ++i) all.add(difference(Compatibility::Compatible, i));
  CHECK(all.compatible());
  all.add(difference(Compatibility::Breaking, 7'777));
  CHECK_FALSE(all.compatible());
  CHECK(all.total() == 3 * Differences::kKept + 1);
  const auto kept = all.kept();
  REQUIRE(kept.size() == Differences::kKept);
  CHECK(kept[0].pointer == "/7777");
  CHECK(kept[1].pointer == "/0");
  CHECK(kept.back().pointer == "/" + std::to_string(Differences::kKept - 2));
}

TEST_CASE("the verdict is the worst of the differences, which come in its order when not all fit") {
  Differences all;
  CHECK(all.verdict() == Compatibility::Compatible);
  for (std::size_t i = 0; i < Differences::kKept; ++i) all.add(difference(Compatibility::Compatible, i));
  all.add(difference(Compatibility::Review, 7'777));
  CHECK(all.verdict() == Compatibility::Review);
  CHECK(all.compatible());
  all.add(difference(Compatibility::Breaking, 8'888));
  CHECK(all.verdict() == Compatibility::Breaking);
  const auto kept = all.kept();
  CHECK(kept[0].pointer == "/8888");
  CHECK(kept[1].pointer == "/7777");
  CHECK(kept[2].pointer == "/0");
}

TEST_CASE("a difference's texts are cut between two characters") {
  std::string text;
  for (int i = 0; i < 10'000; ++i) text += "\xC2\xBB";
  Differences all;
  all.add({Compatibility::Compatible, "", text, "a" + text});
  const auto kept = all.kept();
  CHECK(kept[0].keyword.size() <= 128);
  CHECK(kept[0].keyword.ends_with("\xBB..."));
  CHECK(kept[0].message.size() <= 256);
  CHECK(kept[0].message.ends_with("\xBB..."));
}

TEST_CASE("a place that is too far to point at is told by the nearest one around it") {
  const JsonPlace root{nullptr, "/inputSchema"};
  const JsonPlace list{&root, "a/b~"};
  const JsonPlace item{&list, "0"};
  CHECK(root.pointer() == "/inputSchema");
  CHECK(item.pointer() == "/inputSchema/a~1b~0/0");

  const std::string name(150'000, 'A');
  const JsonPlace far{&item, name};
  const JsonPlace farther{&far, "x"};
  CHECK(far.pointer() == item.pointer());
  CHECK(farther.pointer() == item.pointer());
  const std::string slashes(600, '/');  // Longer as a pointer than as a name.
  CHECK(JsonPlace{&item, slashes}.pointer() == item.pointer());
  const std::string fits(JsonPlace::kPointerBytes - item.pointer().size() - 1, 'b');
  CHECK(JsonPlace{&item, fits}.pointer() == item.pointer() + "/" + fits);
}

TEST_CASE("a pointer that is too long is cut to whole tokens, and nothing follows what was cut") {
  const std::string far = "/a/b/" + std::string(2'000, 'c') + "/d";
  CHECK(within_pointer_bytes("/a/b") == "/a/b");
  CHECK(within_pointer_bytes(far) == "/a/b");
  CHECK(within_pointer_bytes("/" + far.substr(5)) == "");
  const JsonPlace root{nullptr, far};
  CHECK(JsonPlace{&root, "x"}.pointer() == "/a/b");
}
