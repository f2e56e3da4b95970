// Paint: colours for words, on terminals that want them.
#pragma once

#include <string>
#include <string_view>

namespace toolhive::plugin {

enum class Tone { Plain, Good, Attention, Bad, Faint, Strong };

// A plain value.
class Paint {
 public:
  explicit Paint(bool colours) : colours_(colours) {}
  std::string operator()(Tone tone, std::string_view text) const;

 private:
  bool colours_;
};

// Whether what is written to this descriptor may have colours: it is a terminal that knows some,
// and $NO_COLOR is not set (no-color.org).
bool wants_colours(int descriptor);

}  // namespace toolhive::plugin
