// Guessing which tools that are gone came back under another name.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace toolhive {

// For names that are gone, what they are probably called now, of names that came in the same look.
// One and one are always a pair; of more, those are whose beginnings and ends agree in half of
// their characters, each with one other. Nothing is guessed of more than 32 on a side.
std::map<std::string, std::string> probable_renames(const std::vector<std::string>& gone,
                                                    const std::vector<std::string>& came);

}  // namespace toolhive
