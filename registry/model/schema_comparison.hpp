#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "registry/model/differences.hpp"
#include "registry/model/json.hpp"
#include "registry/model/json_place.hpp"
#include "registry/model/schema_diff.hpp"
#include "registry/model/schema_document.hpp"
#include "registry/model/schema_effect.hpp"
#include "registry/model/schema_proof.hpp"
#include "registry/model/schema_values.hpp"

namespace toolhive::registry {

// One comparison of two schemas. Whether the new one can stand for the old one is proved, or it
// cannot be told; the walk through both, keyword by keyword, says what differs and where. One
// thread, one use.
class SchemaComparison {
 public:
  SchemaComparison(const Json& before, const Json& after, Direction direction, std::string_view field,
                   Differences& out);

  void run();

 private:
  // Two schemas, or two values of a keyword in them, where they are, and what their difference
  // means around.
  struct Pair {
    const Json& before;
    const Json& after;
    JsonPlace at;
    Polarity polarity;
    bool settled;  // That nothing in it breaks anything is proved, of it or of what is around.
  };
  struct Task {
    const Json* before;
    const Json* after;
    std::string pointer;
    Polarity polarity;
    bool settled;
  };
  using Seen = std::set<std::tuple<const Json*, const Json*, Polarity, bool>>;
  // The keywords that one kind of item list is written with.
  struct Items {
    std::string_view prefix_name, rest_name;
    const Json* prefix;
    const Json* rest;
  };

  // schema_comparison.cpp
  void schemas(const Pair& around);
  void objects(const Pair& pair);
  bool stand_for_others(const Pair& pair);
  void later(const Json* before, const Json* after, std::string_view pointer, const Pair& around);
  void finish_tasks();
  bool out_of_patience(const Pair& pair);
  bool is_proved(const Json& before, const Json& after);
  void note(Effect effect, const Pair& pair, const JsonPlace& at, std::string_view keyword,
            std::string message, bool by_policy = false);
  void note_change(Effect effect, const Pair& pair, std::string_view keyword, const Json* before,
                   const Json* after);
  const Json* old_part(const Pair& pair, std::string_view keyword);
  const Json* new_part(const Pair& pair, std::string_view keyword);
  void references(const Pair& pair);
  void annotations(const Pair& pair);
  bool looks_at_the_unevaluated(const Json& schema, std::size_t side);
  void presence(const Pair& pair);

  // schema_assertions.cpp
  void assertions(const Pair& pair);
  void types_and_values(const Pair& pair);
  void values(const Pair& pair, const std::optional<SchemaValues>& was,
              const std::optional<SchemaValues>& is);
  void bounds(const Pair& pair);
  void bound(const Pair& pair, bool lower);
  void count(const Pair& pair, std::string_view keyword, int by_default);
  void multiple(const Pair& pair);
  void flag(const Pair& pair, std::string_view keyword);
  void opaque(const Pair& pair, std::string_view keyword);
  void content(const Pair& pair);
  void set_of(const Json* before, const Json* after, const Pair& pair, const JsonPlace& at,
              std::string_view keyword);
  void changes_of_set(const std::set<std::string>& was, const std::set<std::string>& is, Effect of_added,
                      const Pair& pair, const JsonPlace& at, std::string_view keyword);

  // schema_applicators.cpp
  void properties(const Pair& pair);
  void property(const Pair& pair, const JsonPlace& here, std::string_view name, const Json& value);
  void gone_property(const Pair& pair, const JsonPlace& here);
  void open_property(const Pair& pair, const JsonPlace& here, const Json& value);
  void patterns(const Pair& pair);
  void rest_of_properties(const Pair& pair);
  std::string_view rest_name(const Json& schema, std::size_t side);
  void items(const Pair& pair);
  Items items_of(const Json& schema, std::size_t side);
  void contains(const Pair& pair);
  void dependencies(const Pair& pair, std::string_view keyword);
  void subschema(const Pair& pair, std::string_view keyword);

  // schema_alternatives.cpp
  void lists(const Pair& pair);
  void list(const Pair& pair, std::string_view keyword);
  void rest_of_list(const Pair& pair, std::string_view keyword, const Json& was, const Json& is,
                    std::vector<std::size_t> gone, std::vector<std::size_t> added);
  bool one_against_alternatives(const Pair& pair);
  const Json* alternatives_of(const Json& schema, std::size_t side);
  void negation(const Pair& pair);
  void conditional(const Pair& pair);
  const Json* list_part(const Json& schema, std::size_t side, std::string_view keyword);

  std::array<SchemaDocument, 2> documents_;
  const Direction direction_;
  const std::string field_;
  const std::size_t cost_limit_;
  Differences& out_;
  SchemaProof proof_;
  std::vector<Task> tasks_;
  Seen seen_;  // What is compared, or will be.
  std::size_t count_ = 0;
  std::size_t cost_ = 0;  // In bytes of text.
  bool given_up_ = false;
  bool found_breaking_ = false;
};

// What stands for a schema that says nothing.
const Json& true_schema();

// What it takes to look at a member of an object or at an item, and to note a difference.
inline constexpr std::size_t kMemberCost = 4;
inline constexpr std::size_t kNoteCost = 64;
inline constexpr std::size_t kShownBytes = 60;

}  // namespace toolhive::registry
