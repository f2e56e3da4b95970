// SchemaReader: takes the place of a kube::FieldReader, and writes down which fields are read and
// as what.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/kube/object/field_reader.hpp"

namespace toolhive::test {

// What it writes has the form of a CRD's schema. "opaque" marks what is passed on unread.
class SchemaReader {
 public:
  // Of an object. `schema` must outlive the reader.
  explicit SchemaReader(Json& schema) : schema_(&schema) { schema["type"] = "object"; }

  void read(const char* name, std::string&) const { property(name)["type"] = "string"; }
  void read(const char* name, bool&) const { property(name)["type"] = "boolean"; }
  void read(const char* name, std::int64_t&) const { property(name)["type"] = "integer"; }
  void read(const char* name, std::vector<std::string>&) const {
    property(name) = list_of({{"type", "string"}});
  }
  void read(const char* name, StringMap&) const { property(name) = map_of({{"type", "string"}}); }
  void read(const char* name, JsonPtr&) const { property(name)["opaque"] = true; }
  void read_object(const char* name, JsonPtr&) const {
    property(name) = {{"type", "object"}, {"opaque", true}};
  }
  template <class T>
  requires kube::Described<T, SchemaReader>
  void read(const char* name, T& member) const { member.describe(object(name)); }
  template <class T>
  void read(const char* name, std::optional<T>& member) const {
    read(name, member.emplace());
  }
  void read_quantity(const char* name, std::string&) const { property(name) = quantity(); }
  void read_quantities(const char* name, StringMap&) const { property(name) = map_of(quantity()); }
  template <class Enum>
  void read_word(const char* name, Enum&, kube::FieldReader::Words<Enum> words) const {
    property(name)["type"] = "string";
    for (const auto& word : words) property(name)["enum"].push_back(word.first);
  }

  void require(const char* name) const { (*schema_)["required"].push_back(name); }
  SchemaReader object(const char* name) const { return SchemaReader(property(name)); }
  std::vector<SchemaReader> objects(const char* name) const {
    property(name)["type"] = "array";
    return {SchemaReader(property(name)["items"])};
  }

 private:
  static Json quantity() { return {{"x-kubernetes-int-or-string", true}}; }
  static Json list_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
  static Json map_of(Json values) {
    return {{"type", "object"}, {"additionalProperties", std::move(values)}};
  }
  Json& property(const char* name) const { return (*schema_)["properties"][name]; }

  Json* schema_;
};

}  // namespace toolhive::test
