// CLI11 as the commands use it. Internal to them: it takes long to compile.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "controller/plugin/session.hpp"

namespace toolhive::plugin {

// When `command` is the one that is asked for, `act` is done with what was wished.
template <class Wishes>
void choose(CLI::App* command, Action& chosen, const std::shared_ptr<Wishes>& wishes,
            StatusOr<int> (*act)(Session&, const Wishes&)) {
  command->callback(
      [&chosen, wishes, act] { chosen = [wishes, act](Session& session) { return act(session, *wishes); }; });
}

}  // namespace toolhive::plugin
