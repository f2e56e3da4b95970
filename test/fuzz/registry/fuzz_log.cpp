// Logs of the file store: as they come, and with the checksums of their lines mended. What a start
// reads of a log, the next one reads again, also when it was compacted in between.
#include <cstdint>
#include <string>
#include <string_view>

#include "registry/store/loading.hpp"
#include "registry/store/record.hpp"
#include "test/fuzz/require.hpp"
#include "test/unit/registry/fault_file_system.hpp"

using namespace toolhive::registry;
using toolhive::fuzz::require;

namespace {

constexpr char kFolder[] = "/data";
constexpr char kLog[] = "/data/tools-000001.log";

// Lines of an operation, a space and a payload become records.
std::string mended(std::string_view lines) {
  std::string log;
  for (std::uint64_t sequence = 1; !lines.empty(); ++sequence) {
    const auto end = lines.find('\n');
    auto line = lines.substr(0, end);
    lines.remove_prefix(end == lines.npos ? lines.size() : end + 1);
    const auto space = line.find(' ');
    auto operation = Operation::Register;
    if (operation_from(line.substr(0, space), operation))
      line.remove_prefix(space == line.npos ? line.size() : space + 1);
    encode_record(log, sequence, operation, line);
  }
  return log;
}

struct Loaded {
  Index index;
  LoadedLog log;
};

Loaded load(FileSystem& files) {
  IndexBuilder builder{Index()};
  auto log = load_journal(files, kFolder, builder, [](bool, std::string_view) {});
  // A log of a newer program is refused as a whole.
  if (!log) {
    require(!log.error().detail.empty());
    return {};
  }
  return {builder.index(), *log};
}

void require_equal(const Index& one, const Index& other) {
  require(one.tools() == other.tools() && one.servers() == other.servers() &&
          one.versions() == other.versions());
  require(one.document_bytes() == other.document_bytes());
  one.visit_all([&](const Tool& tool) {
    const auto* twin = is_server_name(tool.name) ? other.find_server(tool.name) : other.find(tool.name);
    require(twin != nullptr || tool.live.empty());
    require(twin == nullptr || twin->live.size() == tool.live.size());
    for (std::size_t i = 0; i < tool.live.size(); ++i)
      require(twin->live[i]->document == tool.live[i]->document);
  });
}

void check(const std::string& bytes) {
  test::FaultFileSystem files;
  files.put(kLog, bytes);
  const auto first = load(files);
  const auto second = load(files);
  require_equal(first.index, second.index);
  require(first.log.damaged == second.log.damaged && first.log.bytes == second.log.bytes);
  if (first.log.bytes == 0) return;
  require(compact_log(files, kFolder, first.index, first.log).ok());
  const auto compacted = load(files);
  require_equal(first.index, compacted.index);
  require(compacted.log.damaged == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string raw(reinterpret_cast<const char*>(data), size);
  check(raw);
  check(mended(raw));
  return 0;
}
