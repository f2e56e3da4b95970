#include "controller/runtime/cache/store.hpp"

#include <doctest/doctest.h>

#include <map>
#include <thread>

#include "test/unit/runtime/objects.hpp"
#include "test/unit/runtime/seed.hpp"

using namespace toolhive;

using kube::Key;
using kube::Object;
using runtime::Change;
using runtime::Store;
using Type = runtime::Change::Type;

namespace {

Object made(const std::string& name, int version, const std::string& uid = "u1",
            const std::string& color = "red", const std::string& ns = "ns") {
  auto document = runtime_test::widget(ns, name, {{"color", color}});
  document["metadata"]["resourceVersion"] = std::to_string(version);
  document["metadata"]["uid"] = uid;
  document["metadata"]["labels"] = {{"color", color}};
  return runtime_test::object(document);
}

std::vector<std::string> by_color(const Object& object) {
  return {std::string(object.meta().labels.get("color").value_or(""))};
}

std::string numbered(const char* prefix, int number) {
  std::string text = prefix;
  text += std::to_string(number);
  return text;
}

std::string names(const std::vector<Object>& objects) {
  std::string all;
  for (const Object& object : objects) {
    all += object.meta().name;
    all += ' ';
  }
  return all;
}

}  // namespace

TEST_SUITE_BEGIN("store");

TEST_CASE("putting a new object adds it, putting a newer one updates it") {
  Store store;
  auto changes = store.put(made("a", 1));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].type == Type::Added);
  changes = store.put(made("a", 2));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].type == Type::Updated);
  CHECK(changes[0].before->meta().resource_version == "1");
  CHECK(changes[0].after->meta().resource_version == "2");
  CHECK(store.size() == 1);
}

TEST_CASE("an object that is not newer than the one held is refused") {
  Store store;
  (void)store.put(made("a", 10));
  CHECK(store.put(made("a", 10)).empty());
  CHECK(store.put(made("a", 9)).empty());
  CHECK(store.put(made("a", 9, "u2")).empty());
  CHECK(store.erase({"ns", "a"}, made("a", 9)).empty());
  CHECK(store.get({"ns", "a"})->meta().resource_version == "10");
}

TEST_CASE("a uid that changes under one name is a delete and an add") {
  Store store;
  (void)store.put(made("a", 1, "u1"));
  auto changes = store.put(made("a", 2, "u2"));
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].type == Type::Deleted);
  CHECK(changes[0].object().meta().uid == "u1");
  CHECK(changes[1].type == Type::Added);
  CHECK(changes[1].object().meta().uid == "u2");
  changes = store.replace({made("a", 3, "u3")});
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].type == Type::Deleted);
  CHECK(changes[0].final_state_unknown);
  CHECK(changes[1].type == Type::Added);
}

TEST_CASE("a delete carries the final state, or says that it is unknown") {
  Store store;
  (void)store.put(made("a", 1));
  auto changes = store.erase({"ns", "a"}, made("a", 2));
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].object().meta().resource_version == "2");
  CHECK(!changes[0].final_state_unknown);
  (void)store.put(made("b", 3));
  changes = store.erase({"ns", "b"}, std::nullopt);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].object().meta().resource_version == "3");
  CHECK(changes[0].final_state_unknown);
  CHECK(store.erase({"ns", "b"}, std::nullopt).empty());
}

TEST_CASE("replacing reports exactly what differs") {
  Store store;
  (void)store.replace({made("a", 1), made("b", 2), made("c", 3)});
  const auto changes = store.replace({made("d", 9), made("b", 2), made("c", 8)});
  REQUIRE(changes.size() == 3);
  CHECK(changes[0].type == Type::Deleted);
  CHECK(changes[0].object().meta().name == "a");
  CHECK(changes[0].final_state_unknown);
  CHECK(changes[1].type == Type::Updated);
  CHECK(changes[1].object().meta().name == "c");
  CHECK(changes[2].type == Type::Added);
  CHECK(changes[2].object().meta().name == "d");
  CHECK(names(store.list()) == "b c d ");
}

TEST_CASE("of several objects with one key in a list the last one counts") {
  Store store;
  const auto changes = store.replace({made("b", 1), made("a", 1), made("b", 3), made("b", 2)});
  CHECK(changes.size() == 2);
  CHECK(store.get({"ns", "b"})->meta().resource_version == "2");
}

TEST_CASE("lists are sorted by key and can be limited to a namespace") {
  Store store;
  for (const auto& [ns, name] : std::vector<std::pair<std::string, std::string>>{
           {"n", "b"}, {"m", "z"}, {"n", "a"}, {"na", "a"}, {"n1", "q"}})
    (void)store.put(made(name, 1, "u", "red", ns));
  CHECK(names(store.list()) == "z a b q a ");
  CHECK(names(store.list("n")) == "a b ");
  CHECK(store.list("x").empty());
}

TEST_CASE("indexes follow puts, moves, erases and replaces") {
  Store store;
  (void)store.put(made("a", 1, "u", "red"));
  store.add_index("color", by_color);
  (void)store.put(made("b", 2, "u", "blue"));
  CHECK(names(*store.find("color", "red")) == "a ");
  (void)store.put(made("a", 3, "u", "blue"));
  CHECK(store.find("color", "red")->empty());
  CHECK(names(*store.find("color", "blue")) == "a b ");
  (void)store.erase({"ns", "a"}, std::nullopt);
  CHECK(names(*store.find("color", "blue")) == "b ");
  (void)store.replace({made("c", 5, "u", "red")});
  CHECK(names(*store.find("color", "red")) == "c ");
  CHECK(store.find("color", "blue")->empty());
  CHECK(store.find("shape", "round").status().code() == Code::Internal);
}

TEST_CASE("bytes are those of the objects held") {
  Store store;
  const Object a = made("a", 1), b = made("b", 2);
  (void)store.put(a);
  (void)store.put(b);
  CHECK(store.bytes() == a.bytes().size() + b.bytes().size());
  (void)store.erase({"ns", "a"}, std::nullopt);
  CHECK(store.bytes() == b.bytes().size());
  (void)store.replace({});
  CHECK(store.bytes() == 0);
}

TEST_CASE("random changes and relists keep store, index and reported changes in step with a model") {
  std::mt19937_64 random(runtime_test::test_seed());
  const auto below = [&](std::uint64_t n) { return static_cast<int>(random() % n); };
  Store store;
  store.add_index("color", by_color);
  std::map<Key, Object> world;    // what the server has
  std::map<Key, Object> follows;  // what somebody knows who hears of changes only
  const std::vector<std::string> colors{"red", "green", "blue"};
  int version = 0;

  const auto apply = [&](const std::vector<Change>& changes) {
    for (const Change& change : changes) {
      const Key key = change.object().key();
      switch (change.type) {
        case Type::Added:
          REQUIRE(follows.emplace(key, *change.after).second);
          break;
        case Type::Updated: {
          REQUIRE(follows.contains(key));
          REQUIRE(follows.at(key).meta().resource_version == change.before->meta().resource_version);
          REQUIRE(follows.at(key).meta().uid == change.after->meta().uid);
          follows.insert_or_assign(key, *change.after);
          break;
        }
        case Type::Deleted:
          REQUIRE(follows.erase(key) == 1);
          break;
      }
    }
  };

  for (int step = 0; step < 5000; ++step) {
    // The world moves; some of it is seen as events, the rest at the next relist.
    const std::string name(1, static_cast<char>('a' + below(6)));
    const Key key{"ns", name};
    const bool connected = below(3) > 0;
    const auto known = world.find(key);
    if (below(4) == 0 && known != world.end()) {
      world.erase(known);
      if (connected) apply(store.erase(key, made(name, ++version)));
    } else {
      const bool anew = known == world.end() || below(5) == 0;
      const std::string uid = anew ? numbered("u", step) : std::string(known->second.meta().uid);
      const Object object = made(name, ++version, uid, colors[static_cast<std::size_t>(below(3))]);
      world.insert_or_assign(key, object);
      if (connected) apply(store.put(object));
    }
    if (below(10) == 0) {
      std::vector<Object> list;
      for (const auto& [k, object] : world) list.push_back(object);
      std::shuffle(list.begin(), list.end(), random);
      apply(store.replace(list));
      REQUIRE(store.size() == world.size());
      for (const auto& [k, object] : world)
        REQUIRE(store.get(k)->meta().resource_version == object.meta().resource_version);
    }
    const auto held = store.list();
    REQUIRE(held.size() == follows.size());
    std::size_t bytes = 0;
    std::map<std::string, int> per_color;
    for (const Object& object : held) {
      REQUIRE(follows.at(object.key()).meta().resource_version == object.meta().resource_version);
      bytes += object.bytes().size();
      ++per_color[by_color(object)[0]];
    }
    REQUIRE(store.bytes() == bytes);
    for (const std::string& color : colors)
      REQUIRE(static_cast<int>(store.find("color", color)->size()) == per_color[color]);
  }
}

TEST_CASE("readers see each list whole while the store is replaced") {
  Store store;
  std::vector<Object> odd, even;
  for (int i = 0; i < 200; ++i) {
    odd.push_back(made(numbered("o", i), 1, "u", "odd"));
    even.push_back(made(numbered("e", i), 1, "u", "even"));
  }
  store.add_index("color", by_color);
  (void)store.replace(odd);
  std::atomic<bool> stop = false;
  std::atomic<int> torn = 0;
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r)
    readers.emplace_back([&] {
      while (!stop) {
        const auto list = store.list();
        const auto color = by_color(list.front());
        for (const Object& object : list)
          if (by_color(object) != color) ++torn;
        if (list.size() != 200) ++torn;
        if (const auto n = store.find("color", "odd")->size(); n != 0 && n != 200) ++torn;
      }
    });
  for (int i = 0; i < 200; ++i) (void)store.replace(i % 2 ? odd : even);
  stop = true;
  for (auto& reader : readers) reader.join();
  CHECK(torn == 0);
}

TEST_SUITE_END();
