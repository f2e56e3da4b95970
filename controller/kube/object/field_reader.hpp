// FieldReader: takes the fields of a JSON object into C++ members, and names the first one that
// does not fit.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"

namespace toolhive::kube {

// A type that says of itself which fields it has: its describe(fields) hands each member with its
// name to `fields`, which is a FieldReader, or whatever else wants to know them.
template <class T, class Fields>
concept Described = requires(T& object, const Fields& fields) {
  object.describe(fields);
};

// Reads one object at `path`, from its text: no tree is made of what nobody asks for. A field that
// is absent or null leaves its member as it was, so that members start out with their defaults; of
// one that stands twice the later counts. The first field of a wrong type is kept in `error` as
// Invalid, with its path; later ones are ignored. Refers to the text and to `error`, which must
// outlive it. Not thread-safe.
class FieldReader {
 public:
  // A whole document, as Object::bytes() has it: JSON that was checked before. Its fields have
  // their own names as paths, such as "spec".
  static FieldReader root(std::string_view document, Status& error);

  void read(const char* name, std::string& member) const;
  void read(const char* name, bool& member) const;
  void read(const char* name, std::int64_t& member) const;
  void read(const char* name, std::vector<std::string>& member) const;
  void read(const char* name, StringMap& member) const;
  // Whatever stands there, unread.
  void read(const char* name, JsonPtr& member) const;
  // The same of an object, and Invalid when it is none.
  void read_object(const char* name, JsonPtr& member) const;
  template <class T>
  void read(const char* name, std::optional<T>& member) const {
    if (!has(name)) return;
    member.emplace();
    read(name, *member);
  }
  // The members of an object, by their own describe(). An absent object is read as an empty one.
  template <class T>
  requires Described<T, FieldReader>
  void read(const char* name, T& member) const { member.describe(object(name)); }
  // One of a few words; Invalid, with all of them, when the field holds another.
  template <class Enum>
  using Words = std::initializer_list<std::pair<const char*, std::type_identity_t<Enum>>>;
  template <class Enum>
  void read_word(const char* name, Enum& member, Words<Enum> words) const {
    if (!has(name)) return;
    std::string text;
    read(name, text);
    std::string known;
    for (const auto& [word, value] : words) {
      if (text == word) {
        member = value;
        return;
      }
      known += (known.empty() ? "" : ", ") + std::string(word);
    }
    fail(path_of(name), "must be one of " + known);
  }
  // A quantity may be written as a number: it is read as its text.
  void read_quantity(const char* name, std::string& member) const;
  void read_quantities(const char* name, StringMap& member) const;

  bool has(const char* name) const;
  // Invalid unless the field is there.
  void require(const char* name) const;
  // The object in field `name`; an empty one when it is absent.
  FieldReader object(const char* name) const;
  // The objects in the array `name`.
  std::vector<FieldReader> objects(const char* name) const;
  const std::string& path() const { return path_; }
  std::string path_of(std::string_view name) const;
  void fail(const std::string& path, std::string_view what) const;

 private:
  struct Member {
    std::string_view name;  // as it stands in the text
    bool escaped;
    std::string_view value;
  };

  // `object` is empty when the field is absent.
  FieldReader(std::string_view object, std::string path, Status& error);
  // Empty when the field is absent or null.
  std::string_view find(std::string_view name) const;

  std::vector<Member> members_;
  std::string path_;
  Status* error_;
};

}  // namespace toolhive::kube
