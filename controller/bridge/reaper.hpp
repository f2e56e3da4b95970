// Reaper: takes the exit states of processes that ended, so that none stays a zombie.
#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;  // NOLINT(readability-identifier-naming): Boost's
}

namespace toolhive::bridge {

// Reaps every child of this process; as process 1 of a container, those that others left behind,
// too. One in a process, used on the loop only.
class Reaper {
 public:
  explicit Reaper(boost::asio::io_context& loop);
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  // Calls `ended` on the loop with the state of waitpid(2) once the process has ended.
  // To be called in the same turn of the loop in which it was started.
  void watch(int pid, std::function<void(int state)> ended);

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace toolhive::bridge
