#include "registry/store/open/move.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "registry/model/json.hpp"
#include "registry/store/fill.hpp"
#include "registry/store/open/fill.hpp"
#include "registry/store/open/open.hpp"
#include "registry/store/postgres/fill.hpp"

namespace toolhive::registry {
namespace {

// What a database says of the move that filled it: of which history, and whether it was read back.
struct MoveOrigin {
  std::string history;
  bool checked = false;
};

std::string render_origin(const MoveOrigin& origin) {
  return Json{{"movedHistory", origin.history}, {"checked", origin.checked}}.dump() + '\n';
}

// Of a database that was not filled by a move: with no history.
MoveOrigin parse_origin(const std::string& text) {
  const auto json = parse_stored_json(text);
  if (!json || !json->is_object()) return {};
  const auto history = json->find("movedHistory"), checked = json->find("checked");
  if (history == json->end() || !history->is_string()) return {};
  return {history->get<std::string>(), checked != json->end() && *checked == true};
}

Error written_since() {
  return {
      Code::Conflict,
      "the database has what was moved into it from these files before, and the files were written to since: "
      "empty it, as with DROP SCHEMA mcp_registry CASCADE, or give the registry another"};
}

// Nobody was served from it before, so that it has just what was moved.
Result<void> check_moved(const StoreOptions& to, const std::string& history) {
  auto index = read_store(to, [](std::string_view) {});
  if (!index) return index.take_error();
  if (to_hex(digest_of_history(*index)) != history)
    return Error{
        Code::Corrupt,
        "the database does not have what was written to it; the files are as they were. Empty it, as with "
        "DROP SCHEMA mcp_registry CASCADE, or give the registry another"};
  auto connection = postgres::Connection::open(to.database, {});
  if (!connection) return connection.take_error();
  return postgres::write_origin(**connection, render_origin({history, true}));
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
  const auto before = parse_origin(*origin);
  const auto history = to_hex(moved.sha256);
  if (!before.history.empty() && before.history != history) return written_since();
  if (before.checked) return moved;
  if (before.history.empty()) {
    auto filled = fill_store(to, *index, render_origin({history, false}));
    if (!filled) return filled.take_error();
  }
  if (auto checked = check_moved(to, history); !checked) return checked.take_error();
  moved.done = true;
  return moved;
}

}  // namespace toolhive::registry
