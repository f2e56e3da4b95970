#include "registry/store/fill.hpp"

#include "controller/base/sha256.hpp"
#include "registry/store/loading.hpp"
#include "registry/store/shared_folder.hpp"
#include "registry/store/transfer.hpp"

namespace toolhive::registry {
namespace {

constexpr std::string_view kOrigin = "/restored.json";
constexpr std::string_view kTemporary = "/restored.json.tmp";
constexpr std::size_t kOriginBytes = 64 * 1024;

Result<void> write_origin(FileSystem& files, const std::string& directory, std::string_view origin) {
  const auto temporary = directory + std::string(kTemporary);
  (void)files.remove(temporary);  // Of one that was interrupted.
  auto file = files.create(temporary);
  if (!file) return file.take_error();
  auto done = (*file)->append(origin);
  if (done) done = (*file)->sync();
  if (done) done = files.rename(temporary, directory + std::string(kOrigin));
  return done ? files.sync_directory(directory) : done;
}

}  // namespace

Sha256 digest_of_history(const Index& index) {
  Sha256Stream stream;
  (void)export_index(index, "", [&](std::string_view piece) -> Result<void> {
    stream.add(piece);
    return {};
  });
  return stream.finish();
}

bool is_blank(const Index& index) {
  bool blank = true;
  index.visit_all([&](const Tool&) { blank = false; });
  return blank;
}

Error not_blank(const Index& index) {
  return {Code::Conflict, "the registry is not empty: it has " + std::to_string(index.tools()) +
                              " tools and " + std::to_string(index.servers()) +
                              " servers, and maybe the memory of withdrawn ones; only an empty one can be "
                              "restored, so give it another folder or database"};
}

Result<std::string> read_origin(FileSystem& files, const std::string& directory) {
  auto file = files.open_read(directory + std::string(kOrigin));
  if (!file) return file.error().code == Code::NotFound ? Result<std::string>("") : file.take_error();
  std::string text(kOriginBytes, '\0');
  std::size_t size = 0;
  for (;;) {
    auto count = (*file)->read(text.data() + size, text.size() - size);
    if (!count) return count.take_error();
    if (*count == 0) break;
    size += *count;
  }
  text.resize(size);
  return text;
}

Result<void> fill_directory(FileSystem& files, const std::string& directory, const Index& index,
                            std::string_view origin) {
  if (auto made = files.create_directories(directory); !made) return made;
  auto lock = files.lock(directory + "/LOCK");
  if (!lock) return Error{Code::Unavailable, lock.error().detail};
  if (auto ended = end_sharing(files, directory); !ended) return ended;
  IndexBuilder builder{Index()};
  auto log = load_journal(files, directory, builder, [](bool, std::string_view) {});
  if (!log) return log.take_error();
  const Index there = builder.take();
  if (log->damaged > 0 || !is_blank(there)) {
    if (log->damaged > 0 || digest_of_history(there) != digest_of_history(index)) return not_blank(there);
  } else if (auto filled = compact_log(files, directory, index, *log); !filled) {
    return filled.take_error();
  }
  return write_origin(files, directory, origin);
}

}  // namespace toolhive::registry
