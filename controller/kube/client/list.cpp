#include "controller/kube/client/list.hpp"

#include "controller/kube/object/json_skimmer.hpp"

namespace toolhive::kube {

namespace {

struct Page {
  std::string resource_version;
  std::string next;
  bool items = false;
};

void read_page_metadata(std::string_view metadata, Page& page) {
  JsonSkimmer skimmer(metadata);
  std::string_view key;
  std::string_view value;
  if (!skimmer.enter('{')) return;
  while (skimmer.next_member(key, value)) {
    if (key == "resourceVersion") page.resource_version = string_value(value);
    if (key == "continue") page.next = string_value(value);
  }
}

// Whatever is wrong inside of an item hides no other.
std::string append_items(std::string_view items, const ResourceType& type, ObjectList& list) {
  // A list without items may be null.
  if (items == "null") return {};
  JsonSkimmer skimmer(items);
  std::string_view bytes;
  if (skimmer.enter('[')) {
    while (skimmer.next_element(bytes)) {
      StatusOr<Object> item = Object::parse(bytes, &type);
      if (item.ok()) {
        list.items.push_back(*std::move(item));
      } else {
        list.undecodable.push_back(make_undecodable(bytes, item.status(), &type));
      }
    }
  }
  return skimmer.ok() ? std::string() : "items: " + skimmer.error();
}

}  // namespace

StatusOr<std::string> append_page(std::string_view text, const ResourceType& type, ObjectList& list) {
  JsonSkimmer skimmer(text);
  std::string_view key;
  std::string_view value;
  Page page;
  std::string wrong;
  if (skimmer.enter('{')) {
    while (wrong.empty() && skimmer.next_member(key, value)) {
      if (key == "metadata") {
        read_page_metadata(value, page);
      } else if (key == "items" && !page.items) {
        page.items = true;
        wrong = append_items(value, type, list);
      }
    }
  }
  if (wrong.empty() && !skimmer.finish()) wrong = skimmer.error();
  if (wrong.empty() && !page.items) wrong = "it has no items";
  if (!wrong.empty()) return Status(Code::Decode, "not a list: " + wrong);
  list.resource_version = page.resource_version;
  return page.next;
}

}  // namespace toolhive::kube
