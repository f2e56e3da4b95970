// Holds the object scanner against a document parser: what it accepts decodes, and means the same.
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/kube/client/watch.hpp"
#include "controller/kube/object/field_reader.hpp"
#include "controller/kube/object/json_skimmer.hpp"
#include "controller/kube/object/object.hpp"

using namespace toolhive;

namespace {

void expect(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "the scanner and the parser disagree: " << what << '\n';
  std::abort();
}

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void compare(const kube::Object& object, const Json& whole) {
  const Json document = object.json();
  const Json& metadata = document.at("metadata");
  const kube::Meta& meta = object.meta();
  expect(!metadata.contains("managedFields"), "managedFields");
  Json expected = whole;
  expected["metadata"].erase("managedFields");
  expect(document == expected, "document");
  expect(meta.name == text(metadata, "name"), "name");
  expect(meta.ns == text(metadata, "namespace"), "namespace");
  expect(meta.uid == text(metadata, "uid"), "uid");
  expect(meta.resource_version == text(metadata, "resourceVersion"), "resourceVersion");
  expect(meta.deletion_timestamp == text(metadata, "deletionTimestamp"), "deletionTimestamp");
  expect(object.kind() == text(document, "kind"), "kind");
  const auto labels = metadata.find("labels");
  const bool some = labels != metadata.end() && labels->is_object();
  expect(meta.labels.size() == (some ? labels->size() : 0), "labels");
  if (some) {
    for (const auto& [key, value] : labels->items())
      expect(meta.labels.get(key) == value.get<std::string>(), "label");
  }
  const auto annotations = metadata.find("annotations");
  if (annotations != metadata.end() && annotations->is_object()) {
    for (const auto& [key, value] : annotations->items())
      expect(meta.annotations.get(key) == value.get<std::string>(), "annotation");
  }
  const auto owners = metadata.find("ownerReferences");
  expect(meta.owners.size() == (owners != metadata.end() ? owners->size() : 0), "ownerReferences");
  const auto finalizers = metadata.find("finalizers");
  expect(meta.finalizers.size() == (finalizers != metadata.end() ? finalizers->size() : 0), "finalizers");
}

template <class T>
bool takes(std::string_view text, const std::string& name) {
  Status error;
  T member{};
  kube::FieldReader::root(text, error).read(name.c_str(), member);
  return error.ok();
}

bool is_int64(const Json& value) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return value.is_number_integer() && (!value.is_number_unsigned() || value.get<std::uint64_t>() <= kMost);
}

// The fields that are taken from the text are those of the document, and of the same types.
void compare_fields(const kube::Object& object) {
  const Json document = object.json();
  Status error;
  const kube::FieldReader root = kube::FieldReader::root(object.bytes(), error);
  for (const auto& [name, value] : document.items()) {
    if (name.find('\0') != std::string::npos) continue;  // no field of ours has such a name
    JsonPtr member;
    root.read(name.c_str(), member);
    expect(value.is_null() ? !member : member && *member == value, "a field's value");
    const bool absent = value.is_null();
    expect(takes<std::string>(object.bytes(), name) == (absent || value.is_string()), "a string");
    expect(takes<bool>(object.bytes(), name) == (absent || value.is_boolean()), "a boolean");
    expect(takes<std::int64_t>(object.bytes(), name) == (absent || is_int64(value)), "an integer");
    static_cast<void>(takes<StringMap>(object.bytes(), name));
    static_cast<void>(takes<std::vector<std::string>>(object.bytes(), name));
  }
  expect(error.ok(), "a document that is no object");
}

// Whatever an object is like inside, a frame with it is an event that has it or its name, and never
// an error. `value` is whole when brackets and strings of it are: what an API server can send.
void never_breaks_the_stream(std::string_view value) {
  const std::string frame =
      R"({"type":"MODIFIED","object":{"metadata":{"name":"a","namespace":"n"},"spec":)" + std::string(value) +
      "}}";
  kube::JsonSkimmer skimmer(value);
  std::string_view inner;
  const bool whole = value.starts_with('[') && skimmer.enter('[') && [&] {
    while (skimmer.next_element(inner)) {
    }
    return skimmer.finish();
  }();
  const StatusOr<kube::WatchEvent> event = kube::decode_watch_event(frame);
  if (!whole) return;
  expect(event.ok(), "an object ends the stream");
  expect(event->object ? event->object->meta().name == "a"
                       : event->undecodable && event->undecodable->key == kube::Key{"n", "a"},
         "an object without its name");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const StatusOr<kube::Object> object = kube::Object::parse(bytes);
  if (object.ok()) {
    const Json whole = Json::parse(bytes, nullptr, false);
    expect(!whole.is_discarded(), "accepted, but not JSON");
    compare(*object, whole);
    compare_fields(*object);
  }
  static_cast<void>(kube::decode_watch_event(bytes));
  never_breaks_the_stream(bytes);
  // Deeper than the scanner reads.
  const std::size_t depth = 2'000;
  never_breaks_the_stream(std::string(depth, '[') + std::string(bytes) + std::string(depth, ']'));
  return 0;
}
