#include "controller/kube/object/field_reader.hpp"

#include <nlohmann/json.hpp>

namespace toolhive::kube {

namespace {

const Json& empty_object() {
  static const Json object = Json::object();
  return object;
}

bool is_quantity(const Json& value) {
  return value.is_string() || value.is_number();
}

std::string quantity_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

FieldReader::FieldReader(const Json& object, std::string path, Status& error)
    : object_(&object), path_(std::move(path)), error_(&error) {
  if (object.is_object()) return;
  fail(path_, "must be an object");
  object_ = &empty_object();
}

const Json* FieldReader::find(const char* name) const {
  const auto field = object_->find(name);
  return field == object_->end() || field->is_null() ? nullptr : &*field;
}

bool FieldReader::has(const char* name) const {
  return find(name) != nullptr;
}

FieldReader FieldReader::root(const Json& document, Status& error) {
  return FieldReader(document, "", error);
}

std::string FieldReader::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void FieldReader::fail(const std::string& path, std::string_view what) const {
  if (!error_->ok()) return;
  *error_ =
      Status(Code::Invalid, (path.empty() ? "the object" : path) + ": " + std::string(what)).as_terminal();
}

void FieldReader::require(const char* name) const {
  if (!has(name)) fail(path_of(name), "is required");
}

void FieldReader::read(const char* name, std::string& member) const {
  const Json* value = find(name);
  if (!value) return;
  if (!value->is_string()) return fail(path_of(name), "must be a string");
  member = value->get<std::string>();
}

void FieldReader::read(const char* name, bool& member) const {
  const Json* value = find(name);
  if (!value) return;
  if (!value->is_boolean()) return fail(path_of(name), "must be true or false");
  member = value->get<bool>();
}

void FieldReader::read(const char* name, std::int64_t& member) const {
  const Json* value = find(name);
  if (!value) return;
  if (!value->is_number_integer()) return fail(path_of(name), "must be an integer");
  member = value->get<std::int64_t>();
}

void FieldReader::read(const char* name, std::vector<std::string>& member) const {
  const Json* value = find(name);
  if (!value) return;
  if (!value->is_array()) return fail(path_of(name), "must be a list of strings");
  std::vector<std::string> items;
  for (const Json& item : *value) {
    if (!item.is_string())
      return fail(path_of(name) + "[" + std::to_string(items.size()) + "]", "must be a string");
    items.push_back(item.get<std::string>());
  }
  member = std::move(items);
}

void FieldReader::read(const char* name, StringMap& member) const {
  const Json* value = find(name);
  if (!value) return;
  if (!value->is_object()) return fail(path_of(name), "must be an object of strings");
  StringMap items;
  for (const auto& [key, item] : value->items()) {
    if (!item.is_string()) return fail(path_of(name) + "[" + key + "]", "must be a string");
    items.emplace(key, item.get<std::string>());
  }
  member = std::move(items);
}

void FieldReader::read(const char* name, JsonPtr& member) const {
  if (const Json* value = find(name)) member = std::make_shared<const Json>(*value);
}

void FieldReader::read_object(const char* name, JsonPtr& member) const {
  object(name);
  read(name, member);
}

void FieldReader::read_quantity(const char* name, std::string& member) const {
  const Json* value = find(name);
  if (!value) return;
  if (!is_quantity(*value)) return fail(path_of(name), "must be a quantity such as 10Gi");
  member = quantity_text(*value);
}

void FieldReader::read_quantities(const char* name, StringMap& member) const {
  const Json* value = find(name);
  if (!value) return;
  if (!value->is_object()) return fail(path_of(name), "must be an object of quantities");
  StringMap items;
  for (const auto& [key, item] : value->items()) {
    if (!is_quantity(item)) return fail(path_of(name) + "[" + key + "]", "must be a quantity such as 64Mi");
    items.emplace(key, quantity_text(item));
  }
  member = std::move(items);
}

FieldReader FieldReader::object(const char* name) const {
  const Json* value = find(name);
  return FieldReader(value ? *value : empty_object(), path_of(name), *error_);
}

std::vector<FieldReader> FieldReader::objects(const char* name) const {
  std::vector<FieldReader> items;
  const Json* value = find(name);
  if (!value) return items;
  if (!value->is_array()) {
    fail(path_of(name), "must be a list of objects");
    return items;
  }
  for (const Json& item : *value)
    items.emplace_back(item, path_of(name) + "[" + std::to_string(items.size()) + "]", *error_);
  return items;
}

}  // namespace toolhive::kube
