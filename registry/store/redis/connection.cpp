#include "registry/store/redis/connection.hpp"

#include <hiredis/read.h>

#include <algorithm>
#include <array>

#include "registry/store/redis/socket.hpp"

namespace toolhive::registry::redis {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestReply = 64 << 20;

struct Answer {
  Reply reply;
  bool refused = false;  // The text is an error of the server.
};

// What hiredis calls for each reply. It is handed back by redisReaderGetReply().
void* make_text(const redisReadTask* task, char* text, size_t size) {
  return new Answer{{Reply::Kind::Text, std::string(text, size), 0}, task->type == REDIS_REPLY_ERROR};
}
void* make_array(const redisReadTask*, int) {
  return nullptr;  // No command used here has one: counts as an error of the protocol.
}
void* make_number(const redisReadTask*, long long value) {
  return new Answer{{Reply::Kind::Number, {}, value}, false};
}
void* make_nothing(const redisReadTask*) {
  return new Answer;
}
void free_answer(void* answer) {
  delete static_cast<Answer*>(answer);
}

redisReplyObjectFunctions functions = {make_text, make_array, make_number, make_nothing, free_answer};

Error unavailable(std::string detail) {
  return {Code::Unavailable, std::move(detail)};
}

}  // namespace

struct Connection::State {
  State(std::unique_ptr<Socket> with, std::chrono::milliseconds longest_silence, Deadline end)
      : socket(std::move(with)),
        timeout(longest_silence),
        until(end),
        reader(redisReaderCreateWithFunctions(&functions), &redisReaderFree) {}

  Deadline deadline() const { return std::min(until, Clock::now() + timeout); }

  const std::unique_ptr<Socket> socket;
  const std::chrono::milliseconds timeout;
  const Deadline until;
  const std::unique_ptr<redisReader, decltype(&redisReaderFree)> reader;
};

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::~Connection() = default;

Result<std::unique_ptr<Connection>> Connection::open(const RedisOptions& options, Deadline until) {
  const auto named = [&options](const Error& error) {
    return unavailable(options.display() + ": " + error.detail);
  };
  auto address = address_of(options);
  if (!address) return address.take_error();
  auto socket = Socket::connect({address->host, address->port, address->tls, options.ca_file},
                                std::min(until, Clock::now() + options.timeout));
  if (!socket) return named(socket.error());
  auto state = std::make_unique<State>(std::move(*socket), options.timeout, until);
  if (state->reader == nullptr) return unavailable("out of memory");
  auto connection = std::unique_ptr<Connection>(new Connection(std::move(state)));
  if (auto done = connection->log_in(*address); !done) return named(done.error());
  return connection;
}

Result<void> Connection::log_in(const Address& address) {
  if (!address.password.empty()) {
    std::vector<std::string_view> command = {"AUTH"};
    if (!address.user.empty()) command.emplace_back(address.user);
    command.emplace_back(address.password);
    auto reply = call(command);
    if (!reply) {
      // An old server's words repeat what it was sent. They begin with one in capitals, which is
      // all that is passed on.
      const auto& detail = reply.error().detail;
      const auto word = detail.substr(0, detail.find(' '));
      const bool servers = std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
      return unavailable("the login failed: " + (servers ? word : detail));
    }
  }
  if (address.database == "0") return {};
  auto reply = call({"SELECT", address.database});
  return reply ? Result<void>() : reply.take_error();
}

Result<void> Connection::send(const std::vector<std::string_view>& command) {
  std::string bytes = "*" + std::to_string(command.size()) + "\r\n";
  for (const auto part : command) {
    bytes += '$' + std::to_string(part.size()) + "\r\n";
    bytes += part;
    bytes += "\r\n";
  }
  // A large value may take longer than the timeout, as long as it gets on.
  constexpr std::size_t kPiece = 256 << 10;
  for (std::string_view rest = bytes; !rest.empty(); rest.remove_prefix(std::min(kPiece, rest.size()))) {
    if (auto done = state_->socket->write(rest.substr(0, kPiece), state_->deadline()); !done) return done;
  }
  return {};
}

Result<Reply> Connection::receive() {
  std::array<char, 64 << 10> buffer;
  for (std::size_t bytes = 0;;) {
    void* made = nullptr;
    if (redisReaderGetReply(state_->reader.get(), &made) != REDIS_OK)
      return unavailable("the server does not speak the protocol of Redis");
    if (made != nullptr) {
      const std::unique_ptr<Answer> answer(static_cast<Answer*>(made));
      if (answer->refused) return unavailable(answer->reply.text.substr(0, 200));
      return std::move(answer->reply);
    }
    if (bytes > kLargestReply) return unavailable("the server's reply is too large");
    auto count = state_->socket->read(buffer.data(), buffer.size(), state_->deadline());
    if (!count) return count.take_error();
    bytes += *count;
    (void)redisReaderFeed(state_->reader.get(), buffer.data(), *count);  // Its error shows above.
  }
}

Result<Reply> Connection::call(const std::vector<std::string_view>& command) {
  if (auto sent = send(command); !sent) return sent.take_error();
  return receive();
}

}  // namespace toolhive::registry::redis
