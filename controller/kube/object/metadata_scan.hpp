// Finds an object's metadata in its JSON text. Internal to the library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/kube/object/json_scanner.hpp"

namespace toolhive::kube {

// Views into the scanned text, which must outlive it. Meant to be reused: clear() keeps the
// capacity.
struct MetadataScan {
  struct Owner {
    JsonString api_version, kind, name, uid;
    bool controller = false;
  };

  JsonString api_version, kind;
  JsonString ns, name, uid, resource_version, creation_timestamp, deletion_timestamp;
  std::int64_t generation = 0;
  std::vector<std::pair<JsonString, JsonString>> labels;  // sorted
  std::string_view annotations;                           // the text of the whole object, or empty
  std::vector<JsonString> finalizers;
  std::vector<Owner> owners;
  // Where metadata.managedFields stands, with the comma that goes when it goes; equal when there is
  // none.
  std::size_t managed_fields_begin = 0;
  std::size_t managed_fields_end = 0;

  void clear();
};

// Checks all of `text` and fills `out`. Returns what is wrong and where, or an empty string. After
// an error `out` holds what was read before it. An object without a name is an error unless
// `nameless`, as bookmarks are.
std::string scan_metadata(std::string_view text, MetadataScan& out, bool nameless = false);

}  // namespace toolhive::kube
