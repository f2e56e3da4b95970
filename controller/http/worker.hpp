// A thread with the connections that live on it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace toolhive::http {

class Connection;

// A connection's input, output, handlers and deadlines all run on its worker's thread, so that a
// connection needs no lock.
class Worker {
 public:
  using Connections = std::list<std::shared_ptr<Connection>>;

  // Deadlines are looked at every `tick`, as long as there is a connection.
  explicit Worker(std::chrono::milliseconds tick);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Ends the thread and closes what is left. Not from a worker's thread. Idempotent.
  void stop();

  // Runs `work` on the thread, later. False, and `work` is dropped, after stop(). Any thread.
  template <class Work>
  bool post(Work&& work) {
    const std::lock_guard lock(stop_mutex_);
    if (stopped_) return false;
    boost::asio::post(context_, std::forward<Work>(work));
    return true;
  }

  bool on_this_thread() const { return current_ == this; }
  static bool on_any() { return current_ != nullptr; }
  boost::asio::io_context& context() { return context_; }

  // Connections that were given to this worker and are not closed. Any thread.
  std::atomic<std::size_t> load{0};

  // On the thread only.
  Connections::iterator add(std::shared_ptr<Connection> connection);
  void remove(Connections::iterator position);
  void for_each(const std::function<void(Connection&)>& visit);
  // The time as a whole field, "Date: ...\r\n".
  std::string_view date_line();

 private:
  void arm();
  void tick();

  static thread_local const Worker* current_;

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  const std::chrono::milliseconds tick_;
  bool armed_ = false;
  Connections connections_;
  std::time_t date_second_ = 0;
  std::string date_line_;
  std::mutex stop_mutex_;
  bool stopped_ = false;  // guarded by stop_mutex_
  std::thread thread_;
};

}  // namespace toolhive::http
