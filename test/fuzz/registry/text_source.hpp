// An export for its readers.
#pragma once

#include <string>

#include "registry/store/transfer.hpp"

namespace toolhive::fuzz {

// Gives a text, which must outlive it, in pieces whose ends fall anywhere within lines.
inline registry::Source source_of(const std::string& text) {
  return [&text, at = std::size_t{0}](bool rewind) mutable -> registry::Result<std::string> {
    if (rewind) at = 0;
    auto piece = text.substr(at, 13 + at % 31);
    at += piece.size();
    return piece;
  };
}

}  // namespace toolhive::fuzz
