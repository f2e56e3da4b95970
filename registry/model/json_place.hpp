#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace toolhive::registry {

// Where a value is in a document, as a chain of places each in the one around it: a walk through a
// document holds the chain on its stack, and only who says where something is makes text of it. The
// texts and the places around must outlive it.
struct JsonPlace {
  // Pointers that are longer are of no use to anybody, and would make many times the document of
  // many of them.
  static constexpr std::size_t kPointerBytes = 1'024;

  const JsonPlace* around = nullptr;
  // The member's name or the item's index; of the outermost place its JSON pointer.
  std::string_view token;

  // The JSON pointer (RFC 6901) of the place, or of the nearest one around it whose pointer is no
  // longer than kPointerBytes.
  std::string pointer() const;
};

// The same of a pointer that is there already.
std::string_view within_pointer_bytes(std::string_view pointer);

}  // namespace toolhive::registry
