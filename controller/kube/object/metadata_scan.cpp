#include "controller/kube/object/metadata_scan.hpp"

#include <algorithm>

namespace toolhive::kube {

namespace {

bool less(const JsonString& a, const JsonString& b) {
  return a.escaped || b.escaped ? a.str() < b.str() : a.raw < b.raw;
}

bool equal(const JsonString& a, const JsonString& b) {
  return !less(a, b) && !less(b, a);
}

// One pass over the text. `field_` names what is being read, for the error message.
class Pass {
 public:
  Pass(std::string_view text, MetadataScan& out) : text_(text), scanner_(text), out_(out) {}

  std::string run(bool nameless) {
    object();
    if (!nameless && scanner_.ok() && out_.name.raw.empty()) {
      field_ = "metadata.name";
      scanner_.fail("missing or empty");
    }
    if (scanner_.ok() && scanner_.finish()) return {};
    return (field_.empty() ? std::string() : std::string(field_) + ": ") + scanner_.error();
  }

 private:
  // Which member a key is, as a bit, or 0; fails when it occurs for the second time.
  unsigned known(const JsonString& key, std::initializer_list<std::string_view> names, unsigned& seen) {
    unsigned bit = 1;
    for (const std::string_view name : names) {
      if (key == name) {
        if ((seen & bit) != 0) {
          field_ = name;
          scanner_.fail("the key occurs twice");
        }
        seen |= bit;
        return bit;
      }
      bit <<= 1U;
    }
    return 0;
  }

  void object() {
    unsigned seen = 0;
    JsonString key;
    if (!scanner_.enter_object()) return;
    while (scanner_.next_member(key)) {
      switch (known(key, {"apiVersion", "kind", "metadata"}, seen)) {
        case 1:
          string("apiVersion", out_.api_version);
          break;
        case 2:
          string("kind", out_.kind);
          break;
        case 4:
          metadata();
          break;
        default:
          scanner_.skip_value();
      }
    }
  }

  void metadata() {
    field_ = "metadata";
    if (scanner_.skip_null()) return;
    unsigned seen = 0;
    JsonString key;
    if (!scanner_.enter_object()) return;
    // The comma or the bracket before the next key.
    std::size_t separator = scanner_.position() - 1;
    bool first = true;
    while (scanner_.next_member(key)) {
      const unsigned member = known(
          key,
          {"name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp",
           "deletionTimestamp", "labels", "annotations", "finalizers", "ownerReferences", "managedFields"},
          seen);
      switch (member) {
        case 1U << 0:
          string("metadata.name", out_.name);
          break;
        case 1U << 1:
          string("metadata.namespace", out_.ns);
          break;
        case 1U << 2:
          string("metadata.uid", out_.uid);
          break;
        case 1U << 3:
          string("metadata.resourceVersion", out_.resource_version);
          break;
        case 1U << 4:
          field_ = "metadata.generation";
          if (!scanner_.skip_null()) scanner_.read_int(out_.generation);
          break;
        case 1U << 5:
          string("metadata.creationTimestamp", out_.creation_timestamp);
          break;
        case 1U << 6:
          string("metadata.deletionTimestamp", out_.deletion_timestamp);
          break;
        case 1U << 7:
          field_ = "metadata.labels";
          if (!scanner_.skip_null()) string_map(out_.labels);
          break;
        case 1U << 8:
          annotations();
          break;
        case 1U << 9:
          finalizers();
          break;
        case 1U << 10:
          owners();
          break;
        case 1U << 11:
          managed_fields(separator, first);
          break;
        default:
          scanner_.skip_value();
      }
      if (!scanner_.ok()) return;
      scanner_.peek();
      separator = scanner_.position();
      first = false;
      field_ = "metadata";
    }
    if (scanner_.ok()) field_ = {};
  }

  // Null and absent are the same, as for every reader of the API.
  void string(std::string_view field, JsonString& out) {
    field_ = field;
    if (!scanner_.skip_null()) scanner_.read_string(out);
    if (scanner_.ok()) field_ = {};
  }

  void string_map(std::vector<std::pair<JsonString, JsonString>>& map) {
    std::pair<JsonString, JsonString> entry;
    if (!scanner_.enter_object()) return;
    while (scanner_.next_member(entry.first) && scanner_.read_string(entry.second)) map.push_back(entry);
    const auto by_key = [](const auto& a, const auto& b) { return less(a.first, b.first); };
    if (!std::is_sorted(map.begin(), map.end(), by_key)) std::sort(map.begin(), map.end(), by_key);
    const auto same_key = [](const auto& a, const auto& b) { return equal(a.first, b.first); };
    if (std::adjacent_find(map.begin(), map.end(), same_key) != map.end())
      scanner_.fail("a key occurs twice");
  }

  void annotations() {
    field_ = "metadata.annotations";
    if (scanner_.skip_null()) return;
    scanner_.peek();
    const std::size_t begin = scanner_.position();
    scratch_.clear();
    string_map(scratch_);
    if (!scratch_.empty()) out_.annotations = text_.substr(begin, scanner_.position() - begin);
  }

  void finalizers() {
    field_ = "metadata.finalizers";
    JsonString finalizer;
    if (scanner_.skip_null() || !scanner_.enter_array()) return;
    while (scanner_.next_element() && scanner_.read_string(finalizer)) out_.finalizers.push_back(finalizer);
  }

  void owners() {
    field_ = "metadata.ownerReferences";
    if (scanner_.skip_null() || !scanner_.enter_array()) return;
    while (scanner_.next_element()) {
      unsigned seen = 0;
      JsonString key;
      MetadataScan::Owner owner;
      if (!scanner_.enter_object()) return;
      while (scanner_.next_member(key)) {
        switch (known(key, {"apiVersion", "kind", "name", "uid", "controller"}, seen)) {
          case 1:
            scanner_.read_string(owner.api_version);
            break;
          case 2:
            scanner_.read_string(owner.kind);
            break;
          case 4:
            scanner_.read_string(owner.name);
            break;
          case 8:
            scanner_.read_string(owner.uid);
            break;
          case 16:
            if (!scanner_.skip_null()) scanner_.read_bool(owner.controller);
            break;
          default:
            scanner_.skip_value();
        }
      }
      out_.owners.push_back(owner);
    }
  }

  void managed_fields(std::size_t separator, bool first) {
    field_ = "metadata.managedFields";
    if (!scanner_.skip_value()) return;
    out_.managed_fields_begin = first ? separator + 1 : separator;
    out_.managed_fields_end = scanner_.position();
    if (first && scanner_.peek() == ',') out_.managed_fields_end = scanner_.position() + 1;
  }

  std::string_view text_;
  JsonScanner scanner_;
  MetadataScan& out_;
  std::string_view field_;
  std::vector<std::pair<JsonString, JsonString>> scratch_;
};

}  // namespace

void MetadataScan::clear() {
  MetadataScan fresh;
  labels.clear();
  finalizers.clear();
  owners.clear();
  fresh.labels = std::move(labels);
  fresh.finalizers = std::move(finalizers);
  fresh.owners = std::move(owners);
  *this = std::move(fresh);
}

std::string scan_metadata(std::string_view text, MetadataScan& out, bool nameless) {
  out.clear();
  return Pass(text, out).run(nameless);
}

}  // namespace toolhive::kube
