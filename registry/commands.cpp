#include "registry/commands.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "controller/base/time.hpp"
#include "registry/config/config.hpp"
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

Result<Source> file_source(const std::string& path) {
  auto file = std::shared_ptr<std::FILE>(std::fopen(path.c_str(), "re"), [](std::FILE* open) {
    if (open != nullptr) std::fclose(open);
  });
  if (file == nullptr) return file_error("read", path);
  return Source([file, path](bool rewind) -> Result<std::string> {
    if (rewind && std::fseek(file.get(), 0, SEEK_SET) != 0) return file_error("read from its start", path);
    std::string piece(256 * 1024, '\0');
    piece.resize(std::fread(piece.data(), 1, piece.size(), file.get()));
    if (piece.empty() && std::ferror(file.get()) != 0) return file_error("read", path);
    return piece;
  });
}

int report_import(const ImportReport& report, bool dry_run) {
  for (const auto& refusal : report.refused) std::printf("refused: %s\n", refusal.c_str());
  if (report.refusals > report.refused.size())
    std::printf("refused: %llu more\n", number(report.refusals - report.refused.size()));
  std::printf("%s%llu records: %llu %s, %llu there already, %llu refused\n", dry_run ? "dry run: " : "",
              number(report.records), number(report.added), dry_run ? "would be added" : "added",
              number(report.unchanged), number(report.refusals));
  return report.refusals == 0 ? 0 : kTrouble;
}

Result<ImportReport> run_import(const Config& config, const std::string& input, bool dry_run) {
  auto source = file_source(input);
  if (!source) return source.take_error();
  const auto tell = [](std::string_view text) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
  };
  if (dry_run) {
    auto index = read_store(config.store, tell);
    if (!index) return index.take_error();
    return try_import(std::move(*index), config.store.limits, config.policy, *source);
  }
  StoreEvents events;
  events.notice = [&](bool, std::string_view text) { tell(text); };
  auto alone = config.store;
  alone.shared = false;  // Beside replicas that run it is refused.
  auto store = open_store(alone, std::move(events));
  if (!store) return store.take_error();
  return import_into(**store, config.policy, *source);
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

int import_from(const std::string& config_file, const std::string& input, bool dry_run) {
  auto config = load_config(config_file);
  if (!config) return failed(config.error());
  auto report = run_import(*config, input, dry_run);
  return report ? report_import(*report, dry_run) : failed(report.error());
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
