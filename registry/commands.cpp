#include "registry/commands.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "controller/base/time.hpp"
#include "registry/config/config.hpp"
#include "registry/import_input.hpp"
#include "registry/import_report.hpp"
#include "registry/import_socket.hpp"
#include "registry/store/open/open.hpp"
#include "registry/store/open/verify.hpp"
#include "registry/store/postgres/migrate.hpp"
#include "registry/store/transfer.hpp"

namespace toolhive::registry {
namespace {

constexpr int kTrouble = 1, kFailed = 2;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

int failed(const Error& error) {
  std::fprintf(stderr, "%s%s%s\n", error.field.c_str(), error.field.empty() ? "" : ": ",
               error.detail.c_str());
  return kFailed;
}

Error file_error(const std::string& what, const std::string& path) {
  return {Code::Unavailable, "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

unsigned long long number(std::uint64_t value) {
  return value;
}

// Where an export goes: all of it or nothing, unless that is stdout.
class Output {
 public:
  static Result<Output> open(const std::string& path) {
    Output output;
    if (path == "-") return output;
    output.path_ = path;
    // Only for its owner, as the store is.
    const auto temporary = output.temporary();
    std::remove(temporary.c_str());
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return file_error("create", temporary);
    output.file_.reset(::fdopen(descriptor, "w"));
    return output;
  }

  Result<void> write(std::string_view bytes) {
    auto* file = file_ ? file_.get() : stdout;
    if (std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size()) return {};
    return file_error("write", path_.empty() ? "to stdout" : temporary());
  }

  Result<void> finish() {
    if (path_.empty()) return std::fflush(stdout) == 0 ? Result<void>() : file_error("write", "to stdout");
    if (std::fflush(file_.get()) != 0 || ::fsync(::fileno(file_.get())) != 0)
      return file_error("write", temporary());
    file_.reset();
    if (std::rename(temporary().c_str(), path_.c_str()) != 0) return file_error("rename to", path_);
    return {};
  }

  void discard() {
    if (file_ == nullptr) return;
    file_.reset();
    std::remove(temporary().c_str());
  }

 private:
  std::string temporary() const { return path_ + ".part"; }

  std::string path_;
  File file_;
};

void print_now(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

Result<int> report_import(const Result<ImportReport>& report, bool dry_run) {
  if (!report) return report.error();
  print_now(import_summary(*report, dry_run));
  return import_exit_code(*report);
}

Result<int> run_import(const Config& config, const ImportArguments& arguments) {
  auto file = open_import_input(arguments.input);
  if (!file) return file.take_error();
  const auto tell = [](std::string_view text) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
  };
  if (arguments.dry_run) {
    auto index = read_store(config.store, tell);
    if (!index) return index.take_error();
    return report_import(try_import(std::move(*index), config.store.limits, config.policy,
                                    import_source(std::move(*file), arguments.input)),
                         true);
  }
  if (ImportSocket::is_for(config.store)) {
    auto through = import_through_socket(config.store.directory, *file, [&](std::string_view line) {
      if (arguments.progress || !is_import_progress(line)) print_now(line);
    });
    if (through || through.error().code != Code::NotFound) return through;
  }
  StoreEvents events;
  events.notice = [&](bool, std::string_view text) { tell(text); };
  auto alone = config.store;
  alone.shared = false;  // Beside replicas that run it is refused.
  auto store = open_store(alone, std::move(events));
  if (!store) return store.take_error();
  ImportProgress on_progress;
  if (arguments.progress)
    on_progress = [](std::uint64_t done, std::uint64_t records) {
      print_now(import_progress(done, records));
    };
  return report_import(
      import_into(**store, config.policy, import_source(std::move(*file), arguments.input), on_progress),
      false);
}

}  // namespace

int verify(const std::string& config_file) {
  auto config = load_config(config_file);
  if (!config) return failed(config.error());
  auto report = verify_store(config->store);
  if (!report) return failed(report.error());
  for (const auto& problem : report->problems) std::printf("%s\n", problem.c_str());
  if (report->torn_bytes > 0) {
    std::printf("the last write was cut short, %llu bytes; it was never acknowledged\n",
                number(report->torn_bytes));
  }
  std::printf("%llu records verify, %llu do not; %llu tools, %llu versions\n", number(report->records),
              number(report->problems.size()), number(report->tools), number(report->versions));
  return report->problems.empty() ? 0 : kTrouble;
}

int export_to(const std::string& config_file, const std::string& output_path) {
  auto config = load_config(config_file);
  if (!config) return failed(config.error());
  bool damaged = false;
  auto index = read_store(config->store, [&](std::string_view text) {
    damaged = true;
    std::fprintf(stderr, "left out: %.*s\n", static_cast<int>(text.size()), text.data());
  });
  if (!index) return failed(index.error());
  auto output = Output::open(output_path);
  if (!output) return failed(output.error());
  auto records = export_index(*index, to_rfc3339_micro(std::chrono::system_clock::now()),
                              [&](std::string_view piece) { return output->write(piece); });
  Result<void> done = records ? output->finish() : records.take_error();
  if (!done) {
    output->discard();
    return failed(done.error());
  }
  std::fprintf(stderr, "%llu records exported: %llu tools, %llu versions\n", number(*records),
               number(index->tools()), number(index->versions()));
  return damaged ? kTrouble : 0;
}

int import_from(const std::string& config_file, const ImportArguments& arguments) {
  auto config = load_config(config_file);
  if (!config) return failed(config.error());
  const auto code = run_import(*config, arguments);
  return code ? *code : failed(code.error());
}

int migrate(const std::string& config_file) {
  auto config = load_config(config_file);
  if (!config) return failed(config.error());
  if (!config->store.database.used()) {
    std::printf("files need no migration: %s\n", config->store.directory.c_str());
    return 0;
  }
  auto connection = postgres::Connection::open(config->store.database, {});
  if (!connection) return failed(connection.error());
  auto migrated = postgres::migrate(**connection);
  if (!migrated) return failed(migrated.error());
  if (migrated->from == migrated->to)
    std::printf("the schema has version %d already\n", migrated->to);
  else
    std::printf("the schema was migrated from version %d to %d\n", migrated->from, migrated->to);
  return 0;
}

}  // namespace toolhive::registry
