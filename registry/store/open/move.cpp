#include "registry/store/open/move.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "registry/model/json.hpp"
#include "registry/store/fill.hpp"
#include "registry/store/open/fill.hpp"
#include "registry/store/open/open.hpp"

namespace toolhive::registry {
namespace {

constexpr const char* kMovedHistory = "movedHistory";

std::string origin_of_move(const Sha256& history) {
  return Json{{kMovedHistory, to_hex(history)}}.dump() + '\n';
}

// The history that a database was filled with by a move; empty when it was not.
std::string moved_history(const std::string& origin) {
  const auto json = parse_stored_json(origin);
  if (!json || !json->is_object()) return {};
  const auto member = json->find(kMovedHistory);
  return member != json->end() && member->is_string() ? member->get<std::string>() : std::string();
}

Error written_since() {
  return {
      Code::Conflict,
      "the database has what was moved into it from these files before, and the files were written to since: "
      "empty it, as with DROP SCHEMA mcp_registry CASCADE, or give the registry another"};
}

Result<void> read_back(const StoreOptions& to, const Sha256& history) {
  auto index = read_store(to, [](std::string_view) {});
  if (!index) return index.take_error();
  if (digest_of_history(*index) == history) return {};
  return Error{Code::Corrupt,
               "the database does not have what was written to it; the files are as they were"};
}

}  // namespace

Result<MovedStore> move_store(const std::string& directory, const StoreOptions& to,
                              const std::function<void(std::string_view)>& on_damaged) {
  auto lock = posix_file_system().lock(directory + "/LOCK");
  if (!lock) return Error{Code::Unavailable, lock.error().detail};
  StoreOptions from;
  from.directory = directory;
  auto index = read_store(from, on_damaged);
  if (!index) return index.take_error();
  MovedStore moved{false, index->tools(), index->servers(), index->document_bytes(),
                   digest_of_history(*index)};

  auto origin = read_origin(to);
  if (!origin) return origin.take_error();
  if (const auto before = moved_history(*origin); !before.empty())
    return before == to_hex(moved.sha256) ? Result<MovedStore>(moved) : written_since();
  if (auto filled = fill_store(to, *index, origin_of_move(moved.sha256)); !filled) return filled.take_error();
  if (auto same = read_back(to, moved.sha256); !same) return same.take_error();
  moved.done = true;
  return moved;
}

}  // namespace toolhive::registry
