// What a word that somebody begins to write could become.
#pragma once

#include <string>
#include <vector>

#include "controller/plugin/session.hpp"

namespace toolhive::plugin {

// `words` are those behind the program, the last one unfinished. Commands and flags are those of
// `app`; names of objects are asked for, and left out where that fails.
std::vector<std::string> candidates(const CLI::App& app, const std::vector<std::string>& words,
                                    const Session& session);

}  // namespace toolhive::plugin
