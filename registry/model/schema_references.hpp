#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/base/result.hpp"
#include "registry/model/json.hpp"
#include "registry/model/member_index.hpp"
#include "registry/model/schema_keywords.hpp"

namespace toolhive::registry {

// What the references of one schema lead to, found within it by $id, $anchor and JSON pointer;
// nothing is fetched. It is told of each schema in turn, and resolves when it has been told of all.
// Refers to the schema, which must outlive it. One thread.
class SchemaReferences {
 public:
  // One $ref, and the resource it stands in.
  struct Reference {
    std::size_t resource;
    std::string_view text;
    auto operator<=>(const Reference&) const = default;
  };
  // Where something is, as far as the draft's keywords tell: a schema; a map or a list of schemas;
  // under a keyword that the draft does not know; where no schema can be.
  enum class Place { Schema, Map, List, Unknown, Nowhere };
  struct Target {
    const Json* value = nullptr;
    Place place = Place::Nowhere;  // Schema or Unknown, once it is resolved.
  };

  SchemaReferences(const Json& root, Draft draft);

  // Notes what an object that is a schema is called and leads to. Returns the resource that the
  // schemas in it belong to: `resource`, or one of their own when it has an $id. Of two schemas of
  // one name the first has it.
  std::size_t enter(const Json& schema, std::size_t resource);

  // The name that two different schemas have; empty while there is none. Copies of one schema share
  // its name with no harm, as generators write them.
  const std::string& ambiguous() const { return ambiguous_; }

  // Those that were noted, each once, in the order they were met.
  const std::vector<Reference>& all() const { return references_; }

  // Invalid when it leads out of the schema, or to nothing in it.
  Result<Target> resolve(const Reference& reference);

 private:
  struct Resource {
    std::string uri;
    const Json* root;
  };

  std::size_t enter_id(const Json& schema, std::string_view id, std::size_t resource);
  void note_anchor(const Json& schema, std::size_t resource, std::string_view anchor);
  void compare(const Json& named, const Json& other, std::string_view name);
  void refer(std::string_view text, std::size_t resource);
  Result<Target> resolve_fragment(std::size_t resource, std::string_view fragment);
  Target follow(const Json& root, std::string_view pointer);

  const Draft draft_;
  std::vector<Resource> resources_;
  std::map<std::string, std::size_t> by_uri_;
  std::map<std::pair<std::size_t, std::string>, const Json*> anchors_;
  std::vector<Reference> references_;
  std::set<Reference> seen_;
  std::string ambiguous_;
  // Of the objects that pointers went through. To look for each member anew would take time with
  // the square of their number.
  MemberIndex members_;
};

}  // namespace toolhive::registry
