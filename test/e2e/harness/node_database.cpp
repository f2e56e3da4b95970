#include "test/e2e/harness/node_database.hpp"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "test/e2e/harness/cluster.hpp"

namespace e2e {

namespace fs = std::filesystem;

namespace {

constexpr const char* kPassword = "a-password-of-the-test";

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void await_lines(const std::string& file, std::size_t count) {
  for (int i = 0; i < 600; ++i) {
    if (lines_of(file).size() >= count) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  throw std::runtime_error("the database does not answer: see " + file);
}

}  // namespace

NodeDatabase::NodeDatabase()
    : NodeDatabase([](std::vector<std::string> argv) { return Cluster::get().inside(std::move(argv)); }) {}

NodeDatabase::NodeDatabase(Inside inside) : inside_(std::move(inside)) {
  work_ = fs::temp_directory_path() / ("e2e-database-" + std::to_string(::getpid()));
  fs::create_directories(work_);
  // Its orders come through a pipe that somebody holds open.
  const std::string script = "rm -f orders; mkfifo orders; sleep infinity >orders & exec " +
                             source_path("test/stores/postgres.sh") + " <orders >answers 2>errors";
  process_ = std::make_unique<Background>(inside_({"env", std::string("POSTGRES_ADDRESS=") + kNodeAddress,
                                                   "bash", "-c", "cd " + work_ + " && " + script}));
  await_lines(work_ + "/answers", ++answers_);
  std::string ready;
  std::istringstream(lines_of(work_ + "/answers").front()) >> ready >> folder_ >> port_;
  sql(std::string("CREATE ROLE mcp LOGIN PASSWORD '") + kPassword + "'");
  make_database("mcp");
}

NodeDatabase::~NodeDatabase() {
  try {
    order("stop");
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it is gone already
  }
  process_.reset();
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
  fs::remove_all(work_, ignored);
}

void NodeDatabase::make_database(const std::string& name) {
  sql("CREATE DATABASE \"" + name + "\" OWNER mcp ENCODING 'UTF8' TEMPLATE template0");
}

std::string NodeDatabase::url(const std::string& database) const {
  return std::string("postgresql://mcp:") + kPassword + "@" + kNodeAddress + ":" + std::to_string(port_) +
         "/" + database + "?sslmode=verify-full";
}

std::string NodeDatabase::authority() const {
  std::ifstream in(folder_ + "/server.crt");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void NodeDatabase::kill() {
  order("kill");
}

void NodeDatabase::start() {
  order("start");
}

void NodeDatabase::order(const std::string& word) {
  std::ofstream(work_ + "/orders") << word << std::endl;
  await_lines(work_ + "/answers", static_cast<std::size_t>(++answers_));
}

void NodeDatabase::sql(const std::string& text) {
  const Output done =
      run(inside_({"psql", "-h", folder_, "-p", std::to_string(port_), "-U", "postgres", "-q", "-c", text}));
  if (!done.ok()) throw std::runtime_error(done.explain());
}

}  // namespace e2e
