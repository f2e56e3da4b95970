#include "shared_replica.hpp"

#include "registry/store/plan.hpp"
#include "store_fixture.hpp"

namespace toolhive::registry::test {

class InterruptedFiles::Appender final : public AppendFile {
 public:
  Appender(InterruptedFiles& files, std::unique_ptr<AppendFile> file)
      : files_(files), file_(std::move(file)) {}

  Result<void> append(std::string_view bytes) override {
    files_.step();
    return file_->append(bytes);
  }
  Result<void> sync() override {
    files_.step();
    return file_->sync();
  }
  bool in_place() override {
    files_.step();
    return file_->in_place();
  }
  Result<void> truncate(std::uint64_t size) override {
    files_.step();
    return file_->truncate(size);
  }

 private:
  InterruptedFiles& files_;
  std::unique_ptr<AppendFile> file_;
};

void InterruptedFiles::step() {
  const auto number = operations_++;
  if (before) before(number);
}

Result<void> InterruptedFiles::create_directories(const std::string& path) {
  step();
  return disk_.create_directories(path);
}
Result<std::vector<std::string>> InterruptedFiles::list(const std::string& path) {
  step();
  return disk_.list(path);
}
Result<std::unique_ptr<AppendFile>> InterruptedFiles::create(const std::string& path) {
  step();
  auto file = disk_.create(path);
  if (!file) return file;
  return std::unique_ptr<AppendFile>(std::make_unique<Appender>(*this, std::move(*file)));
}
Result<std::unique_ptr<AppendFile>> InterruptedFiles::open_append(const std::string& path) {
  step();
  auto file = disk_.open_append(path);
  if (!file) return file;
  return std::unique_ptr<AppendFile>(std::make_unique<Appender>(*this, std::move(*file)));
}
Result<std::unique_ptr<ReadFile>> InterruptedFiles::open_read(const std::string& path) {
  step();
  return disk_.open_read(path);
}
Result<void> InterruptedFiles::rename(const std::string& from, const std::string& to) {
  step();
  return disk_.rename(from, to);
}
Result<void> InterruptedFiles::remove(const std::string& path) {
  step();
  return disk_.remove(path);
}
Result<void> InterruptedFiles::sync_directory(const std::string& path) {
  step();
  return disk_.sync_directory(path);
}

TestReplica::TestReplica(FileSystem& disk, Clock& clock, std::string address)
    : files(disk), clock_(clock), address_(std::move(address)) {}

bool TestReplica::open() {
  SharedLogOptions options;
  options.directory = kFolder;
  options.address = address_;
  auto opened = SharedLog::open(files, clock_, std::move(options));
  if (!opened) return false;
  log_ = std::move(*opened);
  return true;
}

bool TestReplica::write(const std::string& tool) {
  std::vector<PendingWrite> writes;
  writes.push_back({Register{definition(tool, "of " + tool), {}}, [](const Result<WriteOutcome>&) {}});
  auto plan = plan_writes(*log_->index(), writes, {}, "2026-11-28T00:00:00.000000Z");
  if (!plan.outcomes.front()) return false;
  if (!plan.records.empty()) {
    std::string lines;
    for (const auto& record : plan.records) append_line(lines, record.view());
    if (!log_->append(lines, plan.builder.take())) return false;
  }
  acknowledged.push_back(tool);
  return true;
}

bool TestReplica::become_writer(int looks) {
  for (int look = 0; look < looks && !log_->writes(); ++look) (void)log_->look();
  return log_->writes();
}

}  // namespace toolhive::registry::test
