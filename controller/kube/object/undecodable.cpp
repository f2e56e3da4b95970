#include "controller/kube/object/undecodable.hpp"

#include <utility>

#include "controller/kube/object/json_scanner.hpp"

namespace toolhive::kube {

namespace {

// Reads the members it knows where they are strings, and steps over everything else.
void read_identity(JsonScanner& scanner, Undecodable& object) {
  JsonString key;
  JsonString value;
  if (!scanner.enter_object()) return;
  while (scanner.next_member(key)) {
    std::string* const field = key == "namespace"         ? &object.key.ns
                               : key == "name"            ? &object.key.name
                               : key == "resourceVersion" ? &object.resource_version
                                                          : nullptr;
    if (field == nullptr || !field->empty() || scanner.peek() != '"') {
      scanner.skip_value();
    } else if (scanner.read_string(value)) {
      *field = value.str();
    }
  }
}

}  // namespace

Undecodable make_undecodable(std::string_view bytes, Status why) {
  Undecodable object{{}, {}, std::string(bytes.substr(0, Undecodable::kMaxBytes)), std::move(why)};
  JsonScanner scanner(bytes);
  JsonString key;
  if (scanner.enter_object()) {
    while (scanner.next_member(key)) {
      if (key == "metadata" && scanner.peek() == '{') {
        read_identity(scanner, object);
      } else {
        scanner.skip_value();
      }
    }
  }
  return object;
}

}  // namespace toolhive::kube
