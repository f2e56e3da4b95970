// Loop: the one thread on which everything of the bridge but HTTP happens.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): Boost's
}

namespace toolhive::bridge {

class Loop {
 public:
  Loop();
  ~Loop();  // as stop()
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // For what reads and writes on the loop.
  boost::asio::io_context& context();
  // Has `work` run on the thread, later. Any thread.
  void post(std::function<void()> work);
  // Runs `work` and waits until it has run. Any other thread.
  void run(const std::function<void()>& work);
  // Calls `tick` on the loop at that interval from now on.
  void every(std::chrono::milliseconds interval, std::function<void()> tick);
  // Ends the thread; what was posted and has not run is dropped. Any other thread. Idempotent.
  void stop();

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace toolhive::bridge
