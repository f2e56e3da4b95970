#include "registry/move_command.hpp"

#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "registry/command_report.hpp"
#include "registry/config/config.hpp"
#include "registry/store/open/move.hpp"

namespace toolhive::registry {

int move_to_database(const MoveArguments& arguments) {
  auto config = load_config(arguments.config);
  if (!config) return config_failed(arguments.report, config.take_error());
  if (!config->store.database.used())
    return command_failed(arguments.report,
                          {Code::Invalid, "names no database to move to; give it one", "database"});
  std::uint64_t damaged = 0;
  auto moved = move_store(arguments.from, config->store, [&](std::string_view text) {
    ++damaged;
    std::fprintf(stderr, "left out: %.*s\n", static_cast<int>(text.size()), text.data());
  });
  if (!moved) return command_failed(arguments.report, moved.error());
  Json report = {{"tools", moved->tools},
                 {"servers", moved->servers},
                 {"bytes", moved->bytes},
                 {"sha256", to_hex(moved->sha256)},
                 {"moved", moved->done}};
  if (damaged > 0) report["damaged"] = damaged;
  return command_succeeded(
      arguments.report,
      std::to_string(moved->tools) + " tools and " + std::to_string(moved->servers) +
          (moved->done ? " servers were moved from " : " servers were moved before from ") + arguments.from,
      report);
}

}  // namespace toolhive::registry
