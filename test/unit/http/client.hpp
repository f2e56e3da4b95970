// A client that can be as rude as a test needs: a blocking socket on 127.0.0.1, without any idea of
// HTTP but for reading a response.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace toolhive::http_test {

struct Response {
  unsigned status = 0;                        // 0: the connection ended before a complete response
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;
  bool complete = false;
};

class Client {
 public:
  explicit Client(std::uint16_t port, const char* address = "127.0.0.1", int receive_buffer = 0);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client(Client&& other) noexcept;

  // False when the server has reset the connection.
  bool send(std::string_view bytes);
  // A GET with the fields that HTTP/1.1 needs.
  bool get(std::string_view target, std::string_view extra = {});
  // Reads one response; `bodiless` for the answer to HEAD.
  Response read(bool bodiless = false);
  // Everything until the server ends the connection (or five seconds pass).
  std::string read_to_end();
  // Whether the server ends the connection within `limit`, discarding what it sends.
  bool ended_within(std::chrono::milliseconds limit);
  // Whether nothing is heard for `time`.
  bool silent_for(std::chrono::milliseconds time);
  void finish_sending();
  // Ends the connection with a reset, as a process that is killed does with data in flight.
  void reset();
  bool connected() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  bool fill(std::chrono::milliseconds limit = std::chrono::seconds(5));

  int descriptor_ = -1;
  std::string received_;
};

// Sends `bytes` on a new connection and returns the status of the answer.
unsigned status_for(std::uint16_t port, std::string_view bytes);

}  // namespace toolhive::http_test
