#include "registry/api/unsent.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace toolhive::registry;

namespace {

Response answer_of(std::size_t bytes) {
  return Response::text(200, kJson, std::string(bytes, 'x'));
}

}  // namespace

TEST_CASE(
    "answers that nobody reads are refused beyond a number of bytes, and again accepted once they are gone") {
  UnsentBytes unsent(200'000);
  auto first = answer_of(100'000), second = answer_of(100'000), third = answer_of(100'000);
  for (auto* response : {&first, &second, &third}) {
    response->lines = "Common: line\r\n";
    unsent.hold(*response);
  }
  CHECK(first.body->size() == 100'000);
  CHECK(second.status == 200);
  CHECK(third.status == 503);
  CHECK(third.header("Retry-After") == "1");
  CHECK(third.header("Common") == "line");
  auto kept = first.body;
  first.body.reset();
  auto fourth = answer_of(100'000);
  unsent.hold(fourth);
  CHECK(fourth.status == 503);
  kept.reset();
  auto fifth = answer_of(100'000);
  unsent.hold(fifth);
  CHECK(fifth.status == 200);
}

TEST_CASE("answers that are small or shared are sent however many there are") {
  UnsentBytes unsent(1);
  auto small = answer_of(1'000);
  unsent.hold(small);
  CHECK(small.status == 200);
  auto shared = answer_of(100'000);
  const auto cached = shared.body;
  unsent.hold(shared);
  CHECK(shared.status == 200);
  CHECK(shared.body == cached);
  Response empty;
  unsent.hold(empty);
  CHECK(empty.status == 200);
}
