#include "controller/base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "controller/base/descriptor.hpp"

namespace toolhive {

namespace {

Status failed(const std::string& path, int error) {
  const Code code = error == ENOENT || error == ENOTDIR ? Code::NotFound : Code::Invalid;
  return {code, "cannot read " + path + ": " + std::strerror(error)};  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace

StatusOr<std::string> read_file(const std::string& path, std::size_t most_bytes) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return failed(path, errno);
  std::string content;
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t count = read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(path, errno);
    if (count == 0) break;
    content.append(buffer.data(), static_cast<std::size_t>(count));
    if (content.size() > most_bytes)
      return Status(Code::Invalid,
                    "cannot read " + path + ": larger than " + std::to_string(most_bytes) + " bytes");
  }
  return content;
}

}  // namespace toolhive
