#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/model/json.hpp"
#include "registry/model/schema_document.hpp"
#include "registry/model/schema_formula.hpp"
#include "registry/model/schema_match.hpp"

namespace toolhive::registry {

// Proves that all that one schema accepts another one accepts too, by rules that each are right by
// themselves (a sequent calculus, see SchemaSequent): what is proved holds, and what is not proved
// may hold all the same. One thread.
class SchemaProof {
 public:
  // `lenient`: a property of which the part says nothing, and does not rule either, is taken as one
  // that nobody has. `limit` bounds what all proofs together may cost, in keywords and members
  // looked at.
  SchemaProof(bool lenient, std::size_t limit) : lenient_(lenient), limit_(limit), match_(cost_, limit) {}

  // Whether it is proved that what `part` accepts `whole` accepts.
  bool holds(SchemaDocument& part_document, const Json& part, SchemaDocument& whole_document,
             const Json& whole);

 private:
  using Formulas = std::vector<SchemaFormula>;
  struct Goal {
    SchemaSequent sequent;
    std::optional<std::size_t> around;  // The number of the goal that it is part of.
  };
  struct Found {
    enum class State { Open, Proved, Failed } state = State::Open;
    std::size_t descents = 0;  // Where it was begun.
  };
  using Known = std::map<SchemaSequent, Found>;

  // While there is another way to prove what is being proved, or it may fail for other reasons.
  class Attempt {
   public:
    explicit Attempt(SchemaProof& proof) : proof_(proof) { ++proof_.attempts_; }
    ~Attempt() { --proof_.attempts_; }
    Attempt(const Attempt&) = delete;
    Attempt& operator=(const Attempt&) = delete;

   private:
    SchemaProof& proof_;
  };

  // schema_proof.cpp
  bool finish_goals();
  bool prove(SchemaSequent sequent);
  bool descend(Formulas left, Formulas right);
  bool reduce(SchemaSequent& sequent);
  bool spend(std::size_t cost);
  void forget_from(std::size_t mark);

  // schema_proof_logic.cpp
  bool simplify(SchemaSequent& sequent);
  bool simplify_left(SchemaSequent& sequent);
  bool simplify_right(SchemaSequent& sequent, bool& more_left);
  bool simplify_right_keyword(SchemaSequent& sequent, const SchemaFormula& formula, Formulas& todo,
                              bool& more_left);
  static bool is_split(const SchemaFormula& formula);
  bool split_right(const SchemaSequent& sequent, const SchemaFormula& formula, const Formulas& rest);
  bool split_left(const SchemaSequent& sequent, std::size_t number);
  bool may_be_alone(const SchemaSequent& plain, const SchemaFormula& formula, std::size_t number);
  bool in_one_domain(const SchemaSequent& sequent);
  bool by_one_of_several(const SchemaSequent& sequent);
  std::optional<bool> by_values(const SchemaSequent& sequent);
  bool is_covered(const Json& value, const SchemaSequent& sequent, bool& refuted);

  // schema_proof_scalars.cpp
  bool by_theory(const SchemaSequent& sequent);
  bool by_same(const SchemaSequent& sequent);
  bool numbers(const SchemaSequent& sequent, SchemaTypes type);
  bool numbers_of_multiples(const SchemaSequent& sequent, SchemaTypes type);
  bool counts(const SchemaSequent& sequent, std::string_view least, std::string_view most, double lower,
              double upper);

  // schema_proof_arrays.cpp
  bool arrays(const SchemaSequent& sequent);
  bool array_formula(const SchemaSequent& sequent, const SchemaFormula& formula);
  bool items(const SchemaSequent& sequent, const SchemaFormula& formula);
  bool contains(const SchemaSequent& sequent, const SchemaFormula& formula);
  bool contains_no_more(const SchemaSequent& sequent, const SchemaFormula& formula);
  Formulas item_facts(const SchemaSequent& sequent, std::size_t index);

  // schema_proof_objects.cpp
  bool objects(const SchemaSequent& sequent);
  bool object_formula(const SchemaSequent& sequent, const SchemaFormula& formula);
  bool properties(const SchemaSequent& sequent, const SchemaFormula& formula);
  bool property(const SchemaSequent& sequent, const SchemaFormula& formula, const std::string& name);
  bool is_forbidden(const SchemaSequent& sequent, const std::string& name);
  bool other_properties(const SchemaSequent& sequent, const SchemaFormula& formula, const Json& schema,
                        const std::string* pattern);
  bool same_property(const SchemaSequent& sequent);
  bool dependencies(const SchemaSequent& sequent, const SchemaFormula& formula);
  bool names(const SchemaSequent& sequent, const SchemaFormula& formula);
  bool has_impossible_property(const SchemaSequent& sequent);
  Formulas property_facts(const SchemaSequent& sequent, const std::string& name);
  const Json& required_one(const std::string& name);

  const bool lenient_;
  const std::size_t limit_;
  std::size_t cost_ = 0;
  SchemaMatch match_;
  Known known_;
  std::vector<Known::iterator> proved_;  // In the order they were, since some may rest on others.
  std::vector<Goal> goals_;
  std::size_t goal_ = 0;
  std::size_t attempts_ = 0, descents_ = 0, depth_ = 0;
  std::map<std::string, Json> required_;
};

}  // namespace toolhive::registry
