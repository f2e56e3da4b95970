#include "controller/kube/client/list.hpp"

#include "controller/kube/object/json_scanner.hpp"

namespace toolhive::kube {

StatusOr<std::string> append_page(std::string_view page, const ResourceType& type, ObjectList& list) {
  JsonScanner scanner(page);
  JsonString key;
  JsonString resource_version;
  JsonString next_page;
  bool items = false;
  if (scanner.enter_object()) {
    while (scanner.next_member(key)) {
      if (key == "metadata" && scanner.peek() == '{') {
        scanner.enter_object();
        while (scanner.next_member(key)) {
          if (key == "resourceVersion") {
            scanner.read_string(resource_version);
          } else if (key == "continue") {
            scanner.read_string(next_page);
          } else {
            scanner.skip_value();
          }
        }
      } else if (key == "items" && !items) {
        items = true;
        // A list without items may be null.
        if (scanner.skip_null() || !scanner.enter_array()) continue;
        while (scanner.next_element()) {
          scanner.peek();
          const std::size_t begin = scanner.position();
          if (!scanner.skip_value()) break;
          const std::string_view bytes = page.substr(begin, scanner.position() - begin);
          StatusOr<Object> item = Object::parse(bytes, &type);
          if (item.ok()) {
            list.items.push_back(*std::move(item));
          } else {
            list.undecodable.push_back(make_undecodable(bytes, item.status()));
          }
        }
      } else {
        scanner.skip_value();
      }
    }
  }
  if (!scanner.finish()) return Status(Code::Decode, "not a list: " + scanner.error());
  if (!items) return Status(Code::Decode, "not a list: it has no items");
  list.resource_version = resource_version.str();
  return next_page.str();
}

}  // namespace toolhive::kube
