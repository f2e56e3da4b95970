#include "controller/base/time.hpp"

#include <chrono>
#include <ctime>

namespace toolhive {

namespace {

std::string format_utc(WallTime time, const char* format) {
  const std::time_t seconds =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, format, &utc);
  return {text, length};
}

}  // namespace

std::string to_rfc3339(WallTime time) {
  return format_utc(time, "%Y-%m-%dT%H:%M:%SZ");
}

std::string to_rfc3339_micro(WallTime time) {
  const auto since_second = time - std::chrono::floor<std::chrono::seconds>(time);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(since_second).count();
  std::string fraction = std::to_string(micros);
  fraction.insert(0, 6 - fraction.size(), '0');
  return format_utc(time, "%Y-%m-%dT%H:%M:%S") + '.' + fraction + 'Z';
}

}  // namespace toolhive
