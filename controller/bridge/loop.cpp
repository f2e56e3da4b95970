#include "controller/bridge/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <future>
#include <thread>
#include <utility>

namespace toolhive::bridge {

struct Loop::State {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{context.get_executor()};
  boost::asio::steady_timer timer{context};
  std::function<void()> tick;
  std::thread thread{[this] { context.run(); }};

  void arm(std::chrono::milliseconds interval) {
    timer.expires_after(interval);
    timer.async_wait([this, interval](boost::system::error_code error) {
      if (error) return;
      tick();
      arm(interval);
    });
  }
};

Loop::Loop() : state_(std::make_unique<State>()) {}

Loop::~Loop() {
  stop();
}

boost::asio::io_context& Loop::context() {
  return state_->context;
}

void Loop::post(std::function<void()> work) {
  boost::asio::post(state_->context, std::move(work));
}

void Loop::run(const std::function<void()>& work) {
  std::promise<void> done;
  post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void Loop::every(std::chrono::milliseconds interval, std::function<void()> tick) {
  run([&] {
    state_->tick = std::move(tick);
    state_->arm(interval);
  });
}

void Loop::stop() {
  state_->context.stop();
  if (state_->thread.joinable()) state_->thread.join();
}

}  // namespace toolhive::bridge
