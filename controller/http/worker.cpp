#include "controller/http/worker.hpp"

#include "controller/http/connection.hpp"

#include <array>

namespace toolhive::http {

thread_local const Worker* Worker::current_ = nullptr;

Worker::Worker(std::chrono::milliseconds tick)
    : work_(boost::asio::make_work_guard(context_)), timer_(context_), tick_(tick) {
  thread_ = std::thread([this] {
    current_ = this;
    context_.run();
  });
}

Worker::~Worker() {
  stop();
}

void Worker::stop() {
  {
    const std::lock_guard lock(stop_mutex_);
    if (stopped_) return;
    stopped_ = true;
  }
  context_.stop();
  thread_.join();
  // From here on this thread stands in for the worker's: let what is pending end, so that nothing
  // outlives the context.
  current_ = this;
  timer_.cancel();
  for_each([](Connection& connection) { connection.abort(); });
  work_.reset();
  context_.restart();
  context_.poll();
  current_ = nullptr;
}

Worker::Connections::iterator Worker::add(std::shared_ptr<Connection> connection) {
  connections_.push_front(std::move(connection));
  arm();
  return connections_.begin();
}

void Worker::remove(Connections::iterator position) {
  connections_.erase(position);
  load.fetch_sub(1, std::memory_order_relaxed);
}

void Worker::for_each(const std::function<void(Connection&)>& visit) {
  for (auto i = connections_.begin(); i != connections_.end();) {
    const std::shared_ptr<Connection> connection = *i++;  // the visit may remove it
    visit(*connection);
  }
}

void Worker::arm() {
  if (armed_ || connections_.empty()) return;
  armed_ = true;
  timer_.expires_after(tick_);
  timer_.async_wait([this](boost::system::error_code error) {
    armed_ = false;
    if (!error) tick();
  });
}

void Worker::tick() {
  const auto now = std::chrono::steady_clock::now();
  for_each([now](Connection& connection) { connection.check_deadline(now); });
  arm();
}

std::string_view Worker::date_line() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    static constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 64> text{};
    const int size = std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                                   kDays[static_cast<unsigned>(parts.tm_wday)], parts.tm_mday,
                                   kMonths[static_cast<unsigned>(parts.tm_mon)], parts.tm_year + 1900,
                                   parts.tm_hour, parts.tm_min, parts.tm_sec);
    date_line_.assign(text.data(), static_cast<std::size_t>(size));
    date_second_ = now;
  }
  return date_line_;
}

}  // namespace toolhive::http
