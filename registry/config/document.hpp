#pragma once

#include <yaml-cpp/yaml.h>

#include <cstddef>
#include <string>

namespace toolhive::registry {

// What a configuration file may have at most.
inline constexpr std::size_t kMaxDocumentBytes = 1 << 20;
inline constexpr int kMaxDocumentDepth = 16;

// The one YAML 1.2 document of a text, JSON included; null when it holds nothing. Whatever could be
// read as less than it says is refused: a second document, anchors, aliases and tags, what is not
// UTF-8, control characters. Throws a Failure or a YAML::Exception with the line.
YAML::Node read_document(const std::string& text);

}  // namespace toolhive::registry
