#include "controller/kube/object/field_reader.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "controller/kube/object/json_document.hpp"
#include "controller/kube/object/json_scanner.hpp"

namespace toolhive::kube {

namespace {

// The text of the value that is next.
std::string_view take_value(JsonScanner& scanner, std::string_view text) {
  scanner.peek();  // past white space
  const std::size_t start = scanner.position();
  scanner.skip_value();
  return text.substr(start, scanner.position() - start);
}

bool is_string(std::string_view value) {
  return value.front() == '"';
}

bool is_quantity(std::string_view value) {
  return is_string(value) || value.front() == '-' || (value.front() >= '0' && value.front() <= '9');
}

std::string string_of(std::string_view value) {
  JsonScanner scanner(value);
  JsonString text;
  scanner.read_string(text);
  return text.str();
}

// Of a number as a document has it, however it was written.
std::string quantity_of(std::string_view value) {
  return is_string(value) ? string_of(value) : json_document(value).dump();
}

// Calls `take(name, value)` for the members of an object until it says false.
template <class Take>
void each_member(std::string_view object, Take take) {
  JsonScanner scanner(object);
  JsonString name;
  if (!scanner.enter_object()) return;
  while (scanner.next_member(name))
    if (!take(name, take_value(scanner, object))) return;
}

// The same of the elements of an array.
template <class Take>
void each_element(std::string_view array, Take take) {
  JsonScanner scanner(array);
  if (!scanner.enter_array()) return;
  while (scanner.next_element())
    if (!take(take_value(scanner, array))) return;
}

// An object's members that all fit, by `text_of`; else the name of the first that does not.
template <class Fits, class TextOf>
std::optional<std::string> take_map(std::string_view object, Fits fits, TextOf text_of, StringMap& map) {
  std::optional<std::string> wrong;
  each_member(object, [&](const JsonString& name, std::string_view value) {
    if (!fits(value)) {
      wrong = name.str();
      return false;
    }
    map.insert_or_assign(name.str(), text_of(value));
    return true;
  });
  return wrong;
}

}  // namespace

FieldReader::FieldReader(std::string_view object, std::string path, Status& error)
    : path_(std::move(path)), error_(&error) {
  if (object.empty()) return;
  if (object.front() != '{') {
    fail(path_, "must be an object");
    return;
  }
  members_.reserve(8);
  each_member(object, [this](const JsonString& name, std::string_view value) {
    members_.push_back({name.raw, name.escaped, value});
    return true;
  });
}

FieldReader FieldReader::root(std::string_view document, Status& error) {
  const std::size_t start = document.find_first_not_of(" \t\r\n");
  return FieldReader(document.substr(std::min(start, document.size())), "", error);
}

std::string_view FieldReader::find(std::string_view name) const {
  for (auto member = members_.rbegin(); member != members_.rend(); ++member)
    if (JsonString{member->name, member->escaped} == name)
      return member->value == "null" ? std::string_view() : member->value;
  return {};
}

bool FieldReader::has(const char* name) const {
  return !find(name).empty();
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
  const std::string_view value = find(name);
  if (value.empty()) return;
  if (!is_string(value)) return fail(path_of(name), "must be a string");
  member = string_of(value);
}

void FieldReader::read(const char* name, bool& member) const {
  const std::string_view value = find(name);
  if (value.empty()) return;
  if (value != "true" && value != "false") return fail(path_of(name), "must be true or false");
  member = value == "true";
}

void FieldReader::read(const char* name, std::int64_t& member) const {
  const std::string_view value = find(name);
  if (value.empty()) return;
  std::int64_t number = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, code] = std::from_chars(value.data(), end, number);
  if (code != std::errc() || stop != end) return fail(path_of(name), "must be an integer");
  member = number;
}

void FieldReader::read(const char* name, std::vector<std::string>& member) const {
  const std::string_view value = find(name);
  if (value.empty()) return;
  if (value.front() != '[') return fail(path_of(name), "must be a list of strings");
  std::vector<std::string> items;
  bool fits = true;
  each_element(value, [&](std::string_view item) {
    fits = is_string(item);
    if (fits) items.push_back(string_of(item));
    return fits;
  });
  if (!fits) return fail(path_of(name) + "[" + std::to_string(items.size()) + "]", "must be a string");
  member = std::move(items);
}

void FieldReader::read(const char* name, StringMap& member) const {
  const std::string_view value = find(name);
  if (value.empty()) return;
  if (value.front() != '{') return fail(path_of(name), "must be an object of strings");
  StringMap items;
  if (const auto wrong = take_map(value, is_string, string_of, items))
    return fail(path_of(name) + "[" + *wrong + "]", "must be a string");
  member = std::move(items);
}

void FieldReader::read(const char* name, JsonPtr& member) const {
  if (const std::string_view value = find(name); !value.empty())
    member = std::make_shared<const Json>(json_document(value));
}

void FieldReader::read_object(const char* name, JsonPtr& member) const {
  object(name);
  read(name, member);
}

void FieldReader::read_quantity(const char* name, std::string& member) const {
  const std::string_view value = find(name);
  if (value.empty()) return;
  if (!is_quantity(value)) return fail(path_of(name), "must be a quantity such as 10Gi");
  member = quantity_of(value);
}

void FieldReader::read_quantities(const char* name, StringMap& member) const {
  const std::string_view value = find(name);
  if (value.empty()) return;
  if (value.front() != '{') return fail(path_of(name), "must be an object of quantities");
  StringMap items;
  if (const auto wrong = take_map(value, is_quantity, quantity_of, items))
    return fail(path_of(name) + "[" + *wrong + "]", "must be a quantity such as 64Mi");
  member = std::move(items);
}

FieldReader FieldReader::object(const char* name) const {
  return FieldReader(find(name), path_of(name), *error_);
}

std::vector<FieldReader> FieldReader::objects(const char* name) const {
  std::vector<FieldReader> items;
  const std::string_view value = find(name);
  if (value.empty()) return items;
  if (value.front() != '[') {
    fail(path_of(name), "must be a list of objects");
    return items;
  }
  each_element(value, [&](std::string_view item) {
    items.push_back(FieldReader(item, path_of(name) + "[" + std::to_string(items.size()) + "]", *error_));
    return true;
  });
  return items;
}

}  // namespace toolhive::kube
