#include "controller/kube/object/ref.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

using namespace toolhive;

using kube::Object;
using kube::Ref;

namespace {

// Views that count how often they are made, and how many there are.
struct Counted {
  explicit Counted(int s) : size(s) { ++made, ++alive; }
  Counted(const Counted& other) : size(other.size) { ++alive; }
  ~Counted() { --alive; }
  int size;
  static inline std::atomic<int> made = 0;
  static inline std::atomic<int> alive = 0;
};
struct OtherView {
  std::string name;
};

Object sized(int size) {
  return *Object::from({{"apiVersion", "v1"},
                        {"kind", "Thing"},
                        {"metadata", {{"namespace", "ns"}, {"name", "a"}, {"generation", 3}}},
                        {"spec", {{"size", size}}}});
}

}  // namespace

template <>
struct toolhive::kube::Resource<Counted> {
  static StatusOr<Counted> from_json(const Json& document) {
    const Json& size = document.at("spec").at("size");
    if (size.get<int>() < 0) return Status(Code::Invalid, "spec.size: must not be negative");
    return Counted(size.get<int>());
  }
};
template <>
struct toolhive::kube::Resource<OtherView> {
  static StatusOr<OtherView> from_json(const Json& document) {
    return OtherView{document.at("metadata").at("name").get<std::string>()};
  }
};

TEST_SUITE_BEGIN("ref");

TEST_CASE("a typed view is made once while somebody holds it, and nothing of it stays behind") {
  const Object object = sized(5);
  const Object copy = object;
  const int made = Counted::made;
  {
    const Ref<Counted> first = *Ref<Counted>::of(object);
    const Ref<Counted> second = *Ref<Counted>::of(copy);
    CHECK(&*first == &*second);
    CHECK(first->size == 5);
    CHECK(first.meta().generation == 3);
    CHECK(first.key() == kube::Key{"ns", "a"});
    CHECK(first.object().bytes().data() == object.bytes().data());
    CHECK(Counted::made == made + 1);
    CHECK(Counted::alive == 1);
  }
  CHECK(Counted::alive == 0);
  CHECK(Ref<Counted>::of(object).ok());
  CHECK(Counted::made == made + 2);
}

TEST_CASE("a view keeps its object alive") {
  std::optional<Object> object = sized(7);
  const Ref<Counted> view = *Ref<Counted>::of(*object);
  object.reset();
  CHECK(view.object().key().name == "a");
}

TEST_CASE("views of different types of one object do not get in each other's way") {
  const Object object = sized(1);
  const Ref<Counted> counted = *Ref<Counted>::of(object);
  const Ref<OtherView> other = *Ref<OtherView>::of(object);
  CHECK(other->name == "a");
  CHECK(&*counted == &**Ref<Counted>::of(object));
}

TEST_CASE("an object that does not fit its type is an error each time") {
  const Object object = sized(-1);
  for (int i = 0; i < 2; ++i) {
    const auto view = Ref<Counted>::of(object);
    CHECK(view.status().code() == Code::Invalid);
    CHECK(view.status().message() == "spec.size: must not be negative");
  }
}

TEST_CASE("readers that come and go at once see a whole view or make their own") {
  const Object object = sized(9);
  std::vector<std::thread> readers;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 4; ++i)
    readers.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        const auto view = Ref<Counted>::of(object);
        if ((*view)->size != 9) ++wrong;
      }
    });
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
  CHECK(Counted::alive == 0);
}

TEST_SUITE_END();
