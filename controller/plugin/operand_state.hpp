// How an object that belongs to a registry is doing.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/plugin/paint.hpp"

namespace toolhive::plugin {

struct OperandState {
  Tone tone = Tone::Plain;
  std::string text;  // what it has to say; empty for a kind that is there, or is not
};

// By the object's kind and status. Thread-safe.
OperandState operand_state(const Json& object);

// The number at the JSON pointer; 0 when there is none.
long number_at(const Json& document, const char* pointer);

}  // namespace toolhive::plugin
