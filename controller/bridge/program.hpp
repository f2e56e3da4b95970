// Program: the parts of mcp-bridge, put together.
#pragma once

#include <cstdint>
#include <memory>

#include "controller/base/status.hpp"
#include "controller/bridge/flags.hpp"

namespace toolhive::bridge {

class Program {
 public:
  explicit Program(Flags flags);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Starts the server and listens; a failure says what cannot be done.
  Status start();
  std::uint16_t port() const;  // once it has started
  // Takes no more requests, has those in flight answered within the drain timeout, and ends the
  // server's processes. Once.
  void stop();

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace toolhive::bridge
