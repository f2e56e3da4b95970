// Patterns of names with * and ?.
#pragma once

#include <string_view>

namespace toolhive {

// Whether `text` matches `pattern`, in which * stands for any characters and ? for one. Takes time
// in proportion to the product of the two lengths at worst. Thread-safe.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace toolhive
