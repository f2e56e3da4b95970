#include "registry/import_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "controller/base/descriptor.hpp"
#include "controller/base/log.hpp"
#include "registry/import_report.hpp"

namespace toolhive::registry {

namespace {

// For which the other side may hold up a line or the file.
constexpr timeval kImportPatience{10, 0};
// Begins the last line, which has the exit code or the failure.
constexpr std::string_view kImportDone = "done: ";
constexpr std::string_view kImportFailed = "failed: ";
constexpr std::size_t kLongestImportLine = 64 << 10;

struct SocketAddress {
  sockaddr_un address{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
};

// A name and no file: it goes with the process, and needs nothing of the volume. By what the folder
// is and not by its path, which another registry that shares the network may have as well.
Result<SocketAddress> address_of(const std::string& directory) {
  struct stat folder {};
  if (::stat(directory.c_str(), &folder) != 0)
    return Error{Code::NotFound, "there is no folder " + directory};
  const std::string name =
      "mcp-registry-import-" + std::to_string(folder.st_dev) + "-" + std::to_string(folder.st_ino);
  SocketAddress made;
  made.address.sun_family = AF_UNIX;
  // The first byte is NUL, which makes it abstract.
  std::memcpy(made.address.sun_path + 1, name.data(), name.size());
  made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return made;
}

Error socket_error(const std::string& what) {
  return {Code::Unavailable, "cannot " + what + ": " + std::strerror(errno)};
}

// Whoever is of the same user could write to the files as well.
bool is_own(int connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

void bound_waits(int connection) {
  ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &kImportPatience, sizeof(kImportPatience));
}

// False when nobody listens any more.
bool say(int connection, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

struct FilePassage {
  FilePassage() {
    message.msg_iov = &text;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    // For one file and no more: the padding has room for another, which nobody would close.
    message.msg_controllen = CMSG_LEN(sizeof(int));
  }
  FilePassage(const FilePassage&) = delete;
  FilePassage& operator=(const FilePassage&) = delete;

  char byte = 'f';
  iovec text{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
};

bool hand_over(int connection, int file) {
  FilePassage passage;
  cmsghdr* const header = CMSG_FIRSTHDR(&passage.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &file, sizeof(file));
  return ::sendmsg(connection, &passage.message, MSG_NOSIGNAL) == 1;
}

// The file that is handed over; null when there is none that can be read from its start.
ImportFile receive(int connection) {
  FilePassage passage;
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &kImportPatience, sizeof(kImportPatience));
  if (::recvmsg(connection, &passage.message, MSG_CMSG_CLOEXEC) != 1) return nullptr;
  const bool more = (passage.message.msg_flags & MSG_CTRUNC) != 0;
  cmsghdr* const header = CMSG_FIRSTHDR(&passage.message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS || header->cmsg_len != CMSG_LEN(sizeof(int)))
    return nullptr;
  int file = -1;
  std::memcpy(&file, CMSG_DATA(header), sizeof(file));
  struct stat facts {};
  ImportFile opened(::fdopen(file, "r"));
  if (opened == nullptr) ::close(file);
  // Reading it must never wait for anybody.
  if (opened == nullptr || more || ::fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode)) return nullptr;
  return opened;
}

// Gives whole lines to `on_text`, but for the last one, which it answers.
class ImportAnswer {
 public:
  explicit ImportAnswer(const std::function<void(std::string_view)>& on_text) : on_text_(on_text) {}

  // What stands before the end of the last line so far.
  void add(std::string_view piece) {
    rest_ += piece;
    for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
      const std::string line = rest_.substr(0, end + 1);
      rest_.erase(0, end + 1);
      if (line.starts_with(kImportDone) || line.starts_with(kImportFailed))
        last_ = line.substr(0, end);
      else
        on_text_(line);
    }
  }
  bool too_long() const { return rest_.size() > kLongestImportLine; }

  Result<int> end() const {
    if (last_.starts_with(kImportDone)) return last_.ends_with('0') ? 0 : 1;
    if (last_.starts_with(kImportFailed)) return Error{Code::Unavailable, last_.substr(kImportFailed.size())};
    return Error{Code::Unavailable, "the registry ended before the import did; repeat it, and it goes on"};
  }

 private:
  const std::function<void(std::string_view)>& on_text_;
  std::string rest_, last_;
};

}  // namespace

Result<std::unique_ptr<ImportSocket>> ImportSocket::open(const std::string& directory, Store& store,
                                                         const ToolPolicy& policy) {
  Descriptor listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto address = address_of(directory);
  if (!address) return address.error();
  if (!listening || ::bind(listening.get(), address->get(), address->size) != 0 ||
      ::listen(listening.get(), 1) != 0)
    return socket_error("take imports");
  return std::unique_ptr<ImportSocket>(new ImportSocket(std::move(listening), store, policy));
}

ImportSocket::ImportSocket(Descriptor listening, Store& store, const ToolPolicy& policy)
    : listening_(std::move(listening)),
      store_(store),
      policy_(policy),
      thread_([this](const std::stop_token& stop) { serve(stop); }) {}

// What waits for a connection hears of the end by it.
ImportSocket::~ImportSocket() {
  thread_.request_stop();
  ::shutdown(listening_.get(), SHUT_RDWR);
}

void ImportSocket::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd polled{listening_.get(), POLLIN, 0};
    if (::poll(&polled, 1, -1) <= 0 || stop.stop_requested()) continue;
    const Descriptor connection(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection && is_own(connection.get())) take(connection.get(), stop);
  }
}

void ImportSocket::take(int connection, const std::stop_token& stop) {
  bound_waits(connection);
  ImportFile file = receive(connection);
  if (file == nullptr) {
    say(connection, std::string(kImportFailed) + "the export is no file that can be read twice\n");
    return;
  }
  log(LogLevel::Info, "an import begins");
  const auto report = import_into(
      store_, policy_, until_stopped(import_source(std::move(file), "it"), stop),
      [&](std::uint64_t done, std::uint64_t records) { say(connection, import_progress(done, records)); });
  if (!report) {
    log(LogLevel::Error, "an import failed: " + report.error().detail);
    say(connection, std::string(kImportFailed) + report.error().detail + '\n');
    return;
  }
  log(LogLevel::Info, "an import ended",
      {{"added", std::to_string(report->added)},
       {"unchanged", std::to_string(report->unchanged)},
       {"refused", std::to_string(report->refusals)}});
  say(connection, import_summary(*report, false) + std::string(kImportDone) +
                      std::to_string(import_exit_code(*report)) + '\n');
}

Result<int> import_through_socket(const std::string& directory, const ImportFile& file,
                                  const std::function<void(std::string_view)>& on_text) {
  const auto address = address_of(directory);
  if (!address) return address.error();
  const Descriptor connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connection || ::connect(connection.get(), address->get(), address->size) != 0) {
    if (errno == ECONNREFUSED) return Error{Code::NotFound, "no process serves " + directory};
    return socket_error("reach the registry that serves these files");
  }
  if (!is_own(connection.get()))
    return Error{Code::Forbidden, "the registry that serves these files is another user's"};
  if (!hand_over(connection.get(), ::fileno(file.get())))
    return socket_error("hand the export to the registry that serves these files");
  ImportAnswer answer(on_text);
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t got = ::recv(connection.get(), piece.data(), piece.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return answer.end();
    answer.add({piece.data(), static_cast<std::size_t>(got)});
    if (answer.too_long())
      return Error{Code::Unavailable,
                   "what serves these files answers as no mcp-registry of this version does"};
  }
}

}  // namespace toolhive::registry
