#include "registry/model/stored_document.hpp"

#include <doctest/doctest.h>

#include "cost.hpp"
#include "registry/model/json.hpp"

using namespace toolhive::registry;

namespace {

// With what other programs may have written otherwise: spaces, an order of its own, escapes,
// numbers.
const std::string kDefinition =
    R"("name":"a","_meta":{"status":"x","n":[1.50,1e2,12345678901234567890, true]},"title":"\u00e9 \"status\":\"\\")";

Status deprecated(const std::string& message) {
  return {Lifecycle::Deprecated, message, "b"};
}

}  // namespace

TEST_CASE("a document with another status has everything else as it was written") {
  const auto document = "{" + kDefinition + R"(,"registeredAt":"t0"})";
  const auto changed = with_status(document, deprecated("say \"no\""), "t1");
  REQUIRE(changed.ok());
  CHECK(*changed == "{" + kDefinition +
                        R"(,"registeredAt":"t0","status":"deprecated","statusChangedAt":"t1",)"
                        R"("statusMessage":"say \"no\"","replacement":"b"})");
  const auto read = read_status(*changed);
  REQUIRE(read.ok());
  CHECK(read->status == deprecated("say \"no\""));
  CHECK(read->changed_at == "t1");

  const auto active = with_status(*changed, {}, "t2");
  REQUIRE(active.ok());
  CHECK(*active == "{" + kDefinition + R"(,"registeredAt":"t0","status":"active","statusChangedAt":"t2"})");
}

TEST_CASE("a status is found and replaced wherever it stands among the members") {
  const auto document =
      R"({"statusMessage":"m","status":"deprecated",)" + kDefinition + R"(,"replacement":"c"})";
  const auto read = read_status(document);
  REQUIRE(read.ok());
  CHECK(read->status == Status{Lifecycle::Deprecated, "m", "c"});
  CHECK(read->changed_at.empty());
  CHECK(*with_status(document, {}, "t") ==
        "{" + kDefinition + R"(,"status":"active","statusChangedAt":"t"})");
}

TEST_CASE("a document of another manager has everything else as it was written") {
  const ManagedBy one{"MCPTool", "n", "m", "u1"}, other{"MCPTool", "n", "m", "u2"};
  const auto document = "{" + kDefinition + R"(,"digest":"d","registeredAt":"t0"})";
  const auto managed = with_manager(document, one);
  REQUIRE(managed.ok());
  CHECK(
      *managed ==
      "{" + kDefinition +
          R"(,"managedBy":{"kind":"MCPTool","namespace":"n","name":"m","uid":"u1"},"digest":"d","registeredAt":"t0"})");
  CHECK(*with_manager(*managed, other) == *with_manager(document, other));
  CHECK(*with_manager(*managed, std::nullopt) == document);
  CHECK_FALSE(with_manager("[]", one).ok());
}

TEST_CASE("a document that says nothing of a status is active since ever") {
  const auto read = read_status("{" + kDefinition + "}");
  REQUIRE(read.ok());
  CHECK(read->status == Status());
  CHECK(read->changed_at.empty());
}

TEST_CASE("a document that is not what was stored is an error, not another document") {
  for (const char* document : {"", "[]", "5", "{", R"({"a":1,})", R"({"status":5})"}) {
    CAPTURE(document);
    CHECK_FALSE(read_status(document).ok());
  }
  for (const char* document : {"", "[]", "5", "{", R"({"a")"}) {
    CAPTURE(document);
    CHECK_FALSE(with_status(document, {}, "t").ok());
  }
}

TEST_CASE("changing a status takes time in proportion to the document's size, whatever it holds") {
  const double grown = test::growth(1'250, [](std::size_t size) {
    std::string document = R"({"name":"a","_meta":{)";
    for (std::size_t i = 0; i < size; ++i) document += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":1";
    document += "}}";
    return [document] {
      CHECK(read_status(document).ok());
      CHECK(with_status(document, {}, "t").ok());
    };
  });
  CHECK(grown < test::kLinear);
}
