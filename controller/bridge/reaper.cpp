#include "controller/bridge/reaper.hpp"

#include <sys/wait.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <map>
#include <utility>

namespace toolhive::bridge {

struct Reaper::State : std::enable_shared_from_this<State> {
  explicit State(boost::asio::io_context& loop) : signals(loop, SIGCHLD) {}

  void wait() {
    signals.async_wait([self = shared_from_this()](boost::system::error_code error, int) {
      if (error) return;
      self->reap();
      self->wait();
    });
  }

  // One signal may stand for several ends.
  void reap() {
    int state = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &state, WNOHANG)) > 0;) {
      auto node = watched.extract(pid);
      if (!node.empty()) node.mapped()(state);
    }
  }

  boost::asio::signal_set signals;
  std::map<int, std::function<void(int)>> watched;
};

Reaper::Reaper(boost::asio::io_context& loop) : state_(std::make_shared<State>(loop)) {
  state_->wait();
}

Reaper::~Reaper() {
  boost::system::error_code ignored;
  state_->signals.cancel(ignored);
}

void Reaper::watch(int pid, std::function<void(int)> ended) {
  state_->watched[pid] = std::move(ended);
}

}  // namespace toolhive::bridge
