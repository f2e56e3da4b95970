#include "postgres_server.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <sstream>

extern char** environ;

namespace toolhive::registry::test {

PostgresServer& PostgresServer::get() {
  static PostgresServer server;
  return server;
}

PostgresServer::PostgresServer() {
  // Closed on exec, so that no program a test starts keeps the server alive.
  std::array<int, 2> in{}, out{};
  REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
  REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::string program = TOOLHIVE_SOURCE_DIR "/test/stores/postgres.sh";
  std::array<char*, 2> argv = {program.data(), nullptr};
  const int error = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  to_ = in[1];
  from_ = out[0];
  REQUIRE(error == 0);
  std::istringstream line(read_line());
  std::string word;
  line >> word >> folder_ >> port_;
  REQUIRE_MESSAGE(word == "ready", "no PostgreSQL server; the lines above say why");
}

PostgresServer::~PostgresServer() {
  ::close(to_);
  ::close(from_);
  int status = 0;
  ::waitpid(pid_, &status, 0);
}

std::string PostgresServer::read_line() {
  std::string line;
  for (char c = 0; ::read(from_, &c, 1) == 1 && c != '\n';) line += c;
  return line;
}

void PostgresServer::order(const std::string& what) {
  const auto line = what + "\n";
  REQUIRE(::write(to_, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
  REQUIRE(read_line() == "ok");
}

postgres::DatabaseOptions PostgresServer::database(const std::string& name) const {
  postgres::DatabaseOptions options;
  options.host = folder_;
  options.port = port_;
  options.name = name;
  options.user = "postgres";
  return options;
}

std::unique_ptr<postgres::Connection> PostgresServer::session(const std::string& name) const {
  auto opened = postgres::Connection::open(database(name), {});
  REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().detail));
  return std::move(*opened);
}

PostgresDatabase::PostgresDatabase() {
  static std::atomic<int> number{0};
  name_ = "t" + std::to_string(++number);
  auto done = PostgresServer::get().session("postgres")->run("CREATE DATABASE " + name_);
  REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().detail));
}

PostgresDatabase::~PostgresDatabase() {
  auto opened = postgres::Connection::open(PostgresServer::get().database("postgres"), {});
  // A database that stays goes with the server.
  if (opened) (void)(*opened)->run("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
}

postgres::PostgresStoreOptions PostgresDatabase::options() const {
  postgres::PostgresStoreOptions options;
  options.database = PostgresServer::get().database(name_);
  return options;
}

std::unique_ptr<postgres::PostgresStore> PostgresDatabase::open(postgres::PostgresStoreOptions options) {
  auto store = postgres::PostgresStore::open(std::move(options));
  REQUIRE_MESSAGE(store.ok(), (store.ok() ? "" : store.error().detail));
  return std::move(*store);
}

std::string PostgresDatabase::sql(const std::string& statements) const {
  std::string value;
  auto done = PostgresServer::get().session(name_)->run(
      statements, [&](const postgres::Row& row) { value = row.text(0); });
  REQUIRE_MESSAGE(done.ok(), (done.ok() ? "" : done.error().detail));
  return value;
}

}  // namespace toolhive::registry::test
