#include "registry/model/schema_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/utf8.hpp"
#include "registry/model/pattern_syntax.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

// Longer than any URL in use. References are resolved against each other's addresses, which costs
// their product.
constexpr std::size_t kAddressBytes = 2048;

std::string_view name_of(Draft draft) {
  constexpr std::array<std::string_view, 5> kNames = {"2020-12", "2019-09", "draft-07", "draft-06",
                                                      "draft-04"};
  return kNames[static_cast<std::size_t>(draft)];
}

bool is_whole_number(const Json& value) {
  if (value.is_number_unsigned()) return true;
  if (value.is_number_integer()) return value.get<std::int64_t>() >= 0;
  return value.is_number_float() && value.get<double>() >= 0 &&
         std::trunc(value.get<double>()) == value.get<double>();
}

bool is_anchor(std::string_view text, Draft draft) {
  const bool old = draft == Draft::V2019;
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !(is_letter(text[0]) || (!old && text[0] == '_'))) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || (old && c == ':');
  });
}

// A text that equal values share, whatever the order of their members.
std::string comparable(const Json& value) {
  return nlohmann::json::parse(value.dump()).dump();
}

// What whoever wrote a value that is none of the keyword's may have meant by it, and what to write.
std::string_view meant_by(std::string_view keyword, const Json& value) {
  if (value.is_null()) return "; leave it out where there is none";
  if (!value.is_boolean()) return {};
  if (keyword == "exclusiveMinimum" || keyword == "exclusiveMaximum")
    return "; as a flag it is draft-04's: give the bound itself here, or name that draft in $schema";
  if (keyword == "required")
    return "; as a flag it is draft-03's: list the property in the required of the object around it";
  return {};
}

template <class Text>
bool are_unique(std::vector<Text> texts) {
  std::sort(texts.begin(), texts.end());
  return std::adjacent_find(texts.begin(), texts.end()) == texts.end();
}

}  // namespace

SchemaCheck::SchemaCheck(const Json& root, Draft draft, std::string_view field, const SchemaLimits& limits)
    : root_(root), draft_(draft), field_(field), limits_(limits), references_(root, draft) {}

Result<void> SchemaCheck::run() {
  if (schema(root_) && references()) return {};
  return std::move(*error_);
}

bool SchemaCheck::schema(const Json& value) {
  if (value.is_boolean() && draft_ != Draft::V4) return true;
  if (!value.is_object())
    return refuse(draft_ == Draft::V4 ? "must be a schema: an object"
                                      : "must be a schema: an object, true or false");
  if (depth_ > limits_.depth)
    return limit("schemas are nested deeper than " + std::to_string(limits_.depth) +
                 " levels (limits.schemaDepth); move parts to $defs");
  if (++count_ > limits_.subschemas)
    return limit("the schema holds more than " + std::to_string(limits_.subschemas) +
                 " subschemas (limits.schemaCount); simplify it");
  const auto outer = std::exchange(resource_, references_.enter(value, resource_));
  if (const auto& name = references_.ambiguous(); !name.empty())
    return refuse("has the name " + name + ", which another schema in it has too; give each its own");
  ++depth_;
  const bool good = members(value);
  --depth_;
  resource_ = outer;
  return good;
}

bool SchemaCheck::members(const Json& value) {
  for (const auto& [name, part] : value.get_ref<const Json::object_t&>()) {
    const auto* shape = shape_of(draft_, name);
    if (shape == nullptr) continue;
    steps_.push_back({name});
    if (!fits(part, *shape)) {
      error_->detail += meant_by(name, part);
      return false;
    }
    steps_.pop_back();
  }
  if (draft_ != Draft::V4) return true;
  for (const auto& [flag, bound] :
       {std::pair("exclusiveMinimum", "minimum"), {"exclusiveMaximum", "maximum"}}) {
    if (value.contains(flag) && !value.contains(bound))
      return refuse(std::string(flag) + " needs " + bound + " beside it");
  }
  return true;
}

bool SchemaCheck::fits(const Json& value, Shape shape) {
  switch (shape) {
    case Shape::Any:
      return true;
    case Shape::Text:
    case Shape::Reference:
      return expect(value.is_string(), "a string");
    case Shape::Address:
      return address(value);
    case Shape::Anchor:
      return anchor(value);
    case Shape::Pattern:
      return expect(value.is_string(), "a string") && pattern(value.get_ref<const std::string&>());
    case Shape::Flag:
      return expect(value.is_boolean(), "true or false");
    case Shape::Number:
      return expect(value.is_number(), "a number");
    case Shape::PositiveNumber:
      return expect(value.is_number() && value.get<double>() > 0, "a number above 0");
    case Shape::Count:
      return expect(is_whole_number(value), "a whole number, 0 or more");
    case Shape::List:
      return expect(value.is_array(), "a list");
    case Shape::SomeUniqueValues:
      return unique_values(value);
    case Shape::UniqueTexts:
      return unique_texts(value, false);
    case Shape::SomeUniqueTexts:
      return unique_texts(value, true);
    case Shape::Types:
      return types(value);
    case Shape::FlagMap:
      return each_member(value, [this](const Json& flag) { return fits(flag, Shape::Flag); });
    case Shape::TextsMap:
      return each_member(value, [this](const Json& texts) { return unique_texts(texts, false); });
    case Shape::Schema:
      return schema(value);
    case Shape::SchemaOrFlag:
      return value.is_boolean() || schema(value);
    case Shape::Schemas:
      return schemas(value);
    case Shape::SchemaOrSchemas:
      return value.is_array() ? schemas(value) : schema(value);
    case Shape::SchemaMap:
      return each_member(value, [this](const Json& part) { return schema(part); });
    case Shape::PatternMap:
      return each_member(value,
                         [this](const Json& part) { return pattern(steps_.back().name) && schema(part); });
    case Shape::SchemaOrTextsMap:
      return each_member(value, [this](const Json& part) {
        return part.is_array() ? unique_texts(part, draft_ == Draft::V4) : schema(part);
      });
  }
  return false;
}

template <class Each>
bool SchemaCheck::each_item(const Json& list, Each each) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    steps_.push_back({{}, i});
    if (!each(list[i])) return false;
    steps_.pop_back();
  }
  return true;
}

template <class Each>
bool SchemaCheck::each_member(const Json& map, Each each) {
  if (!expect(map.is_object(), "an object")) return false;
  for (const auto& [name, value] : map.get_ref<const Json::object_t&>()) {
    steps_.push_back({name});
    if (!each(value)) return false;
    steps_.pop_back();
  }
  return true;
}

bool SchemaCheck::address(const Json& value) {
  if (!expect(value.is_string(), "a string")) return false;
  const std::string_view text = value.get_ref<const std::string&>();
  if (text.size() > kAddressBytes) return limit("has more than 2048 bytes; shorten it");
  // Before 2019-09 what was after # was an anchor.
  return draft_ >= Draft::V7 || text.find('#') >= text.size() - 1 ||
         refuse("must have nothing after #; an $anchor gives a place a name");
}

bool SchemaCheck::anchor(const Json& value) {
  return expect(value.is_string() && is_anchor(value.get_ref<const std::string&>(), draft_),
                "a name of letters, digits, -, _ and ., with a letter first");
}

bool SchemaCheck::pattern(std::string_view text) {
  const auto flaw = pattern_flaw(text);
  return flaw.empty() || refuse("must be a regular expression (ECMA-262), and this one " + std::string(flaw));
}

bool SchemaCheck::type(const Json& value) {
  constexpr std::array<std::string_view, 7> kTypes = {"array",  "boolean", "integer", "null",
                                                      "number", "object",  "string"};
  const bool known = value.is_string() && std::find(kTypes.begin(), kTypes.end(),
                                                    value.get_ref<const std::string&>()) != kTypes.end();
  return expect(known, "one of array, boolean, integer, null, number, object and string");
}

bool SchemaCheck::types(const Json& value) {
  if (!value.is_array()) return type(value);
  return each_item(value, [this](const Json& item) { return type(item); }) && unique_texts(value, true);
}

bool SchemaCheck::unique_texts(const Json& value, bool some) {
  if (!expect(value.is_array(), "a list of strings")) return false;
  if (some && value.empty()) return refuse("must hold something, or be left out");
  std::vector<std::string_view> texts;
  const bool good = each_item(value, [&](const Json& item) {
    if (!expect(item.is_string(), "a string")) return false;
    texts.emplace_back(item.get_ref<const std::string&>());
    return true;
  });
  return good && (are_unique(std::move(texts)) || refuse("holds something twice; keep one"));
}

bool SchemaCheck::unique_values(const Json& value) {
  if (!expect(value.is_array(), "a list")) return false;
  if (value.empty()) return refuse("must hold something, or be left out");
  std::vector<std::string> texts;
  for (const auto& item : value) texts.push_back(comparable(item));
  return are_unique(std::move(texts)) || refuse("holds something twice; keep one");
}

bool SchemaCheck::schemas(const Json& value) {
  if (!expect(value.is_array(), "a list of schemas")) return false;
  if (value.empty()) return refuse("must hold a schema, or be left out");
  return each_item(value, [this](const Json& item) { return schema(item); });
}

bool SchemaCheck::references() {
  std::set<const Json*> checked;
  // What is found in places that the walk does not know adds to them.
  for (std::size_t i = 0; i < references_.all().size(); ++i) {
    const auto reference = references_.all()[i];
    const auto target = references_.resolve(reference);
    if (!target) {
      error_ = Error{Code::Invalid, target.error().detail, field_};
      return false;
    }
    const bool known = target->place == SchemaReferences::Place::Schema;
    if (known || !checked.insert(target->value).second) continue;
    resource_ = reference.resource;
    if (!schema(*target->value)) {
      error_->detail = "what a $ref leads to, " + std::string(truncate_utf8(reference.text, 200)) + ", is " +
                       error_->detail;
      return false;
    }
  }
  return true;
}

bool SchemaCheck::expect(bool good, std::string_view what) {
  return good || refuse("must be " + std::string(what));
}

bool SchemaCheck::refuse(std::string detail) {
  return limit("not a valid JSON Schema (" + std::string(name_of(draft_)) + "): " + std::move(detail));
}

bool SchemaCheck::limit(std::string detail) {
  error_ = Error{Code::Invalid, std::move(detail), pointer()};
  return false;
}

std::string SchemaCheck::pointer() const {
  auto out = field_;
  for (const auto& step : steps_)
    out = pointer_to(out, step.name.data() == nullptr ? std::to_string(step.index) : std::string(step.name));
  return out;
}

}  // namespace toolhive::registry
