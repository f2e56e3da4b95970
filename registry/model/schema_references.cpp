#include "registry/model/schema_references.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "controller/base/utf8.hpp"
#include "registry/model/text.hpp"
#include "registry/model/uri.hpp"

namespace toolhive::registry {
namespace {

// The address of a schema that states none, for relative ones in it.
constexpr std::string_view kNoAddress = "schema://here/";

// The text under a keyword; empty when there is none.
std::string_view text_of(const Json& schema, const char* keyword) {
  const auto found = schema.find(keyword);
  return found == schema.end() || !found->is_string()
             ? std::string_view()
             : std::string_view(found->get_ref<const std::string&>());
}

using Place = SchemaReferences::Place;

// Where the next token of a pointer leads from a place.
Place place_in(Place place, Draft draft, const Json& parent, const std::string& token, const Json& value) {
  if (place == Place::Map || place == Place::List) return Place::Schema;
  // An implementation looks for schemas under words of its own in objects only.
  if (place == Place::Unknown) return parent.is_object() ? Place::Unknown : Place::Nowhere;
  if (place != Place::Schema) return Place::Nowhere;
  const auto* shape = shape_of(draft, token);
  if (shape == nullptr) return Place::Unknown;
  switch (*shape) {
    case Shape::Schema:
    case Shape::SchemaOrFlag:
      return Place::Schema;
    case Shape::SchemaOrSchemas:
      return value.is_array() ? Place::List : Place::Schema;
    case Shape::Schemas:
      return Place::List;
    case Shape::SchemaMap:
    case Shape::PatternMap:
    case Shape::SchemaOrTextsMap:
      return Place::Map;
    default:
      return Place::Nowhere;
  }
}

// A token of a JSON pointer (RFC 6901).
std::string unescape(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape =
        token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
    out += escape ? (token[++i] == '0' ? '~' : '/') : token[i];
  }
  return out;
}

const Json* item(const Json& list, std::string_view token) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool whole = error == std::errc() && end == token.data() + token.size();
  return whole && index < list.size() ? &list[index] : nullptr;
}

std::string shown(std::string_view text) {
  return std::string(truncate_utf8(text, 200));
}

}  // namespace

SchemaReferences::SchemaReferences(const Json& root, Draft draft)
    : draft_(draft), resources_{{std::string(kNoAddress), &root}} {
  by_uri_.emplace(kNoAddress, 0);
}

std::size_t SchemaReferences::enter(const Json& schema, std::size_t resource) {
  if (const auto id = text_of(schema, draft_ == Draft::V4 ? "id" : "$id"); !id.empty())
    resource = enter_id(schema, id, resource);
  for (const char* keyword : {"$anchor", "$dynamicAnchor"}) {
    if (const auto name = text_of(schema, keyword); !name.empty() && shape_of(draft_, keyword) != nullptr)
      note_anchor(schema, resource, name);
  }
  for (const char* keyword : {"$ref", "$dynamicRef", "$recursiveRef"}) {
    const auto found = schema.find(keyword);
    if (found != schema.end() && found->is_string() && shape_of(draft_, keyword) != nullptr)
      refer(found->get_ref<const std::string&>(), resource);
  }
  return resource;
}

std::size_t SchemaReferences::enter_id(const Json& schema, std::string_view id, std::size_t resource) {
  const auto hash = id.find('#');
  const auto fragment = hash == id.npos ? std::string_view() : id.substr(hash + 1);
  id = id.substr(0, hash);
  if (!id.empty()) {
    auto uri = resolve_uri(resources_[resource].uri, id);
    const auto [known, is_new] = by_uri_.emplace(uri, resources_.size());
    if (!is_new) compare(*resources_[known->second].root, schema, id);
    resource = resources_.size();
    resources_.push_back({std::move(uri), &schema});
  }
  // Before 2019-09 a name after # was an anchor.
  if (!fragment.empty()) note_anchor(schema, resource, fragment);
  return resource;
}

void SchemaReferences::note_anchor(const Json& schema, std::size_t resource, std::string_view anchor) {
  const auto [known, is_new] = anchors_.emplace(std::pair(resource, std::string(anchor)), &schema);
  if (!is_new) compare(*known->second, schema, anchor);
}

void SchemaReferences::compare(const Json& named, const Json& other, std::string_view name) {
  if (ambiguous_.empty() && &named != &other && named != other) ambiguous_ = shown(name);
}

void SchemaReferences::refer(std::string_view text, std::size_t resource) {
  const Reference reference{resource, text};
  if (seen_.insert(reference).second) references_.push_back(reference);
}

Result<SchemaReferences::Target> SchemaReferences::resolve(const Reference& reference) {
  const auto hash = reference.text.find('#');
  const auto address = reference.text.substr(0, hash);
  const auto fragment = hash == reference.text.npos ? std::string_view() : reference.text.substr(hash + 1);
  if (address.empty()) return resolve_fragment(reference.resource, fragment);
  auto uri = resolve_uri(resources_[reference.resource].uri, address);
  if (const auto found = by_uri_.find(uri); found != by_uri_.end())
    return resolve_fragment(found->second, fragment);
  if (uri.starts_with(kNoAddress)) uri.erase(0, kNoAddress.size());
  return Error{Code::Invalid, "a $ref leads out of the schema to " + shown(uri) +
                                  ", and references are never fetched; copy what it names into $defs"};
}

Result<SchemaReferences::Target> SchemaReferences::resolve_fragment(std::size_t resource,
                                                                    std::string_view fragment) {
  const auto decoded = decode_fragment(fragment);
  Target target;
  if (decoded && (decoded->empty() || decoded->front() == '/')) {
    target = follow(*resources_[resource].root, *decoded);
  } else if (decoded) {
    const auto found = anchors_.find({resource, *decoded});
    if (found != anchors_.end()) target = {found->second, Place::Schema};
  }
  if (target.value == nullptr)
    return Error{Code::Invalid, "a $ref leads to #" + shown(fragment) + ", which the schema does not hold"};
  // What an older schema keeps under a word of its own is used as a schema; since 2019-09 that is
  // undefined.
  const bool place = target.place == Place::Schema || (target.place == Place::Unknown && draft_ >= Draft::V7);
  if (!place || !(target.value->is_object() || target.value->is_boolean()))
    return Error{Code::Invalid, "a $ref leads to #" + shown(fragment) +
                                    ", which is no place for a schema; move what is there to $defs"};
  return target;
}

SchemaReferences::Target SchemaReferences::follow(const Json& root, std::string_view pointer) {
  const Json* value = &root;
  auto place = Place::Schema;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    const auto token = unescape(pointer.substr(0, end));
    pointer.remove_prefix(end);
    const Json* next = value->is_object()  ? members_.find(*value, token)
                       : value->is_array() ? item(*value, token)
                                           : nullptr;
    if (next == nullptr) return {};
    place = place_in(place, draft_, *value, token, *next);
    value = next;
  }
  return {value, place};
}

}  // namespace toolhive::registry
