#include "registry/import_input.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace toolhive::registry {
namespace {

constexpr std::size_t kImportPiece = 256 << 10;

Error import_file_error(const std::string& what, const std::string& name) {
  return {Code::Unavailable, "cannot " + what + " " + name + ": " + std::strerror(errno)};
}

Result<ImportFile> take_in(std::FILE* from, std::size_t most) {
  const std::string name = "the standard input";
  const int memory = ::memfd_create("import", MFD_CLOEXEC);
  ImportFile file(memory < 0 ? nullptr : ::fdopen(memory, "w+"));
  if (file == nullptr) return import_file_error("keep", name);
  std::array<char, 64 << 10> piece;
  std::size_t taken = 0;
  while (const std::size_t got = std::fread(piece.data(), 1, piece.size(), from)) {
    taken += got;
    if (taken > most) {
      return Error{Code::TooLarge, name + " has more than " + std::to_string(most) +
                                       " bytes; give a file instead of -, which may be larger"};
    }
    if (std::fwrite(piece.data(), 1, got, file.get()) != got) return import_file_error("keep", name);
  }
  if (std::ferror(from) != 0) return import_file_error("read", name);
  if (std::fflush(file.get()) != 0) return import_file_error("keep", name);
  return file;
}

}  // namespace

Result<ImportFile> open_import_input(const std::string& path, std::size_t most) {
  if (path == "-") return take_in(stdin, most);
  ImportFile file(std::fopen(path.c_str(), "re"));
  if (file == nullptr) return import_file_error("read", path);
  return file;
}

Source import_source(ImportFile file, const std::string& name) {
  const std::shared_ptr<std::FILE> shared = std::move(file);
  return [shared, name](bool rewind) -> Result<std::string> {
    if (rewind && std::fseek(shared.get(), 0, SEEK_SET) != 0)
      return import_file_error("read from its start", name);
    std::string piece(kImportPiece, '\0');
    piece.resize(std::fread(piece.data(), 1, piece.size(), shared.get()));
    if (piece.empty() && std::ferror(shared.get()) != 0) return import_file_error("read", name);
    return piece;
  };
}

Source until_stopped(Source source, std::stop_token stop) {
  return [source = std::move(source), stop = std::move(stop)](bool rewind) -> Result<std::string> {
    if (stop.stop_requested()) return Error{Code::Unavailable, "the registry stops; repeat the import"};
    return source(rewind);
  };
}

}  // namespace toolhive::registry
