#include "registry/store/postgres/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <charconv>

#include "registry/base/value_file.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry::postgres {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;
using ResultPointer = std::unique_ptr<PGresult, decltype(&PQclear)>;

constexpr int kOldestServer = 120000;

// One line, without the white space around it.
std::string tidy(const char* message) {
  std::string out;
  for (const char* at = message; at != nullptr && *at != '\0'; ++at) {
    if (*at != '\n' && *at != '\t')
      out += *at;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// Keywords and values as libpq takes them. Those added later win.
class Parameters {
 public:
  void add(const char* keyword, std::string value) {
    keywords_.push_back(keyword);
    values_.push_back(std::move(value));
  }
  PGconn* start() const {
    auto keywords = keywords_;
    std::vector<const char*> values;
    for (const auto& value : values_) values.push_back(value.c_str());
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    return PQconnectStartParams(keywords.data(), values.data(), 1);
  }

 private:
  std::vector<const char*> keywords_;
  std::vector<std::string> values_;
};

Result<Parameters> parameters_of(const DatabaseOptions& options, const Timeouts& timeouts) {
  Parameters parameters;
  std::string url = options.url;
  if (!options.url_file.empty()) {
    auto text = read_value_file(options.url_file, "database.urlFile");
    if (!text) return text.take_error();
    url = trim(*text);
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
        PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
    // What it holds is not repeated: it may have a password.
    if (parsed == nullptr || url.empty())
      return Error{Code::Unavailable,
                   options.url_file + " (database.urlFile) does not hold a PostgreSQL URL"};
  }
  const bool names_ssl = url.find("sslmode=") != std::string::npos;
  if (!url.empty()) {
    parameters.add("dbname", url);
  } else {
    parameters.add("host", options.host);
    parameters.add("port", std::to_string(options.port));
    parameters.add("dbname", options.name);
    parameters.add("user", options.user);
  }
  if (!options.password_file.empty()) {
    auto password = read_value_file(options.password_file, "database.passwordFile");
    if (!password) return password.take_error();
    parameters.add("password", std::move(*password));
  }
  if (!options.ca_file.empty()) parameters.add("sslrootcert", options.ca_file);
  if (!options.cert_file.empty()) {
    parameters.add("sslcert", options.cert_file);
    parameters.add("sslkey", options.key_file);
  }
  if (!options.ssl_mode.empty() || !names_ssl) {
    const char* fallback = options.ca_file.empty() ? "require" : "verify-full";
    parameters.add("sslmode", options.ssl_mode.empty() ? fallback : options.ssl_mode);
  }
  parameters.add("application_name", "mcp-registry");
  parameters.add("client_encoding", "UTF8");
  parameters.add("gssencmode", "disable");
  // After a failover the other host of the list takes the writes.
  parameters.add("target_session_attrs", "read-write");
  parameters.add("keepalives_idle", "5");
  parameters.add("keepalives_interval", "2");
  parameters.add("keepalives_count", "3");
  parameters.add("tcp_user_timeout", std::to_string(timeouts.statement.count()));
  return parameters;
}

bool wait_for(int fd, short events, Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd poll_fd{fd, events, 0};
    const int ready = ::poll(&poll_fd, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

}  // namespace

std::string_view Row::text(int column) const {
  return {PQgetvalue(result_, 0, column), static_cast<std::size_t>(PQgetlength(result_, 0, column))};
}

std::uint64_t Row::number(int column) const {
  const auto digits = text(column);
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

Connection::Connection(pg_conn* connection, const Timeouts& timeouts)
    : connection_(connection),
      timeouts_(timeouts),
      // The server's own timeout should strike first: it leaves the session usable.
      patience_(timeouts.statement + timeouts.statement / 2) {}

Connection::~Connection() {
  PQfinish(connection_);
}

Result<std::unique_ptr<Connection>> Connection::open(const DatabaseOptions& options,
                                                     const Timeouts& timeouts) {
  const auto unreachable = [&](const std::string& cause) {
    return Error{Code::Unavailable, options.display() + " cannot be reached: " + cause};
  };
  auto parameters = parameters_of(options, timeouts);
  if (!parameters) return parameters.take_error();
  PGconn* const started = parameters->start();
  if (started == nullptr) return unreachable("out of memory");
  auto connection = std::unique_ptr<Connection>(new Connection(started, timeouts));
  PQsetNoticeProcessor(
      started, [](void*, const char*) {}, nullptr);  // Not to stderr.

  const auto deadline = Clock::now() + timeouts.connect;
  auto wants = PGRES_POLLING_WRITING;
  while (PQstatus(started) != CONNECTION_BAD && wants != PGRES_POLLING_OK) {
    const short events = wants == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!wait_for(PQsocket(started), events, deadline))
      return unreachable("no answer within " + std::to_string(timeouts.connect.count()) + " ms");
    wants = PQconnectPoll(started);
    if (wants == PGRES_POLLING_FAILED) break;
  }
  if (PQstatus(started) != CONNECTION_OK) return unreachable(tidy(PQerrorMessage(started)));
  if (auto prepared = connection->prepare_session(); !prepared) return prepared.take_error();
  return connection;
}

Result<void> Connection::prepare_session() {
  PQsetnonblocking(connection_, 1);
  if (PQserverVersion(connection_) < kOldestServer)
    return Error{Code::Invalid, "the database's server is older than PostgreSQL 12; use a later one"};
  const auto* encoding = PQparameterStatus(connection_, "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
    return Error{Code::Invalid, "the database's encoding is " +
                                    std::string(encoding == nullptr ? "unknown" : encoding) +
                                    "; create one with ENCODING 'UTF8' TEMPLATE template0"};
  }
  const auto milliseconds = [](Milliseconds value) { return std::to_string(value.count()); };
  return run("SET statement_timeout = " + milliseconds(timeouts_.statement) +
             "; SET lock_timeout = " + milliseconds(timeouts_.lock) +
             // A process that is stopped in the middle of a write must not stop those of all other
             // replicas.
             "; SET idle_in_transaction_session_timeout = " + milliseconds(timeouts_.statement) +
             // Acknowledged means durable, whatever the server's default.
             "; SELECT set_config('synchronous_commit', 'on', false)"
             " WHERE current_setting('synchronous_commit') = 'off'");
}

int Connection::socket() const {
  return PQsocket(connection_);
}

bool Connection::wait(bool for_writing, Milliseconds timeout) const {
  return wait_for(PQsocket(connection_), static_cast<short>(for_writing ? POLLIN | POLLOUT : POLLIN),
                  Clock::now() + timeout);
}

Error Connection::lost(const std::string& cause) {
  alive_ = false;
  return {Code::Unavailable, "the connection to the database was lost: " + cause};
}

Error Connection::refused(const pg_result* result) const {
  const auto field = [result](int code) -> std::string {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string() : tidy(text);
  };
  const auto state = field(PG_DIAG_SQLSTATE);
  const auto message = field(PG_DIAG_MESSAGE_PRIMARY);
  if (state == "53100") return {Code::StorageFull, "the database's disk is full: " + message};
  if (state == "25006") return {Code::ReadOnly, "the database takes no writes: " + message};
  if (state == "55P03" || state == "57014")
    return {Code::Unavailable, "the database is too slow or busy (" + message + "); try again in a second"};
  return {Code::Unavailable,
          "the database refused: " + (message.empty() ? tidy(PQerrorMessage(connection_)) : message)};
}

Result<void> Connection::finish(bool sent, const OnRow& on_row) {
  if (!sent) return lost(tidy(PQerrorMessage(connection_)));
  PQsetSingleRowMode(connection_);
  const auto silent = "the server said nothing for " + std::to_string(patience_.count()) + " ms";
  for (int unsent; (unsent = PQflush(connection_)) != 0;) {
    if (unsent < 0) return lost(tidy(PQerrorMessage(connection_)));
    if (!wait(true, patience_)) return lost(silent);
    if (PQconsumeInput(connection_) == 0) return lost(tidy(PQerrorMessage(connection_)));
  }
  Result<void> outcome;
  for (;;) {
    while (PQisBusy(connection_) != 0) {
      if (!wait(false, patience_)) return lost(silent);
      if (PQconsumeInput(connection_) == 0) return lost(tidy(PQerrorMessage(connection_)));
    }
    const ResultPointer result(PQgetResult(connection_), &PQclear);
    if (result == nullptr) break;
    switch (PQresultStatus(result.get())) {
      case PGRES_SINGLE_TUPLE:
        if (on_row) on_row(Row(result.get()));
        break;
      case PGRES_TUPLES_OK:
      case PGRES_COMMAND_OK:
      case PGRES_EMPTY_QUERY:
        break;
      default:
        if (outcome) outcome = refused(result.get());
    }
  }
  if (PQstatus(connection_) == CONNECTION_BAD)
    return lost(outcome ? tidy(PQerrorMessage(connection_)) : outcome.error().detail);
  return outcome;
}

Result<void> Connection::run(const std::string& statements, const OnRow& on_row) {
  return finish(PQsendQuery(connection_, statements.c_str()) == 1, on_row);
}

Result<void> Connection::query(const std::string& statement, const std::vector<std::string>& parameters,
                               const OnRow& on_row) {
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const auto& parameter : parameters) values.push_back(parameter.c_str());
  const int sent = PQsendQueryParams(connection_, statement.c_str(), static_cast<int>(values.size()), nullptr,
                                     values.data(), nullptr, nullptr, 0);
  return finish(sent == 1, on_row);
}

bool Connection::notified() {
  if (PQconsumeInput(connection_) == 0) (void)lost("");
  bool any = false;
  for (PGnotify* note; (note = PQnotifies(connection_)) != nullptr;) {
    // Of its own writes a session knows.
    any = any || note->be_pid != PQbackendPID(connection_);
    PQfreemem(note);
  }
  return any;
}

}  // namespace toolhive::registry::postgres
