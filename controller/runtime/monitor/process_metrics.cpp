#include "controller/runtime/monitor/process_metrics.hpp"

#include <prometheus/metric_family.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace toolhive::runtime {

namespace {

prometheus::MetricFamily process_family(const char* name, const char* help, prometheus::MetricType type,
                                        double value) {
  prometheus::ClientMetric metric;
  (type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  return {name, help, type, {metric}};
}

// Fields of /proc/self/stat, as proc(5) numbers them.
struct ProcessStat {
  double user_ticks = 0;      // 14
  double system_ticks = 0;    // 15
  double start_ticks = 0;     // 22, since the system was started
  double virtual_bytes = 0;   // 23
  double resident_pages = 0;  // 24
};

bool read_stat(ProcessStat& stat) {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  // The second is the program's name in parentheses, which may have blanks and parentheses itself.
  const auto end = text.rfind(')');
  if (end == std::string::npos) return false;
  std::istringstream fields(text.substr(end + 1));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  fields >> stat.user_ticks >> stat.system_ticks;
  for (int field = 16; field < 22; ++field) fields >> skipped;
  fields >> stat.start_ticks >> stat.virtual_bytes >> stat.resident_pages;
  return !fields.fail();
}

// When the system was started, in seconds since 1970; 0: unknown.
double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string name; file >> name; std::getline(file, name)) {
    double seconds = 0;
    if (name == "btime" && file >> seconds) return seconds;
  }
  return 0;
}

void add_stat(std::vector<prometheus::MetricFamily>& families) {
  using enum prometheus::MetricType;
  ProcessStat stat;
  if (!read_stat(stat)) return;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  families.push_back(process_family("process_cpu_seconds_total", "User and system processor time, in seconds",
                                    Counter, (stat.user_ticks + stat.system_ticks) / ticks));
  families.push_back(process_family("process_resident_memory_bytes", "Resident memory, in bytes", Gauge,
                                    stat.resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE))));
  families.push_back(
      process_family("process_virtual_memory_bytes", "Virtual memory, in bytes", Gauge, stat.virtual_bytes));
  if (const double boot = boot_time(); boot > 0)
    families.push_back(process_family("process_start_time_seconds",
                                      "When the process was started, in seconds since 1970", Gauge,
                                      boot + stat.start_ticks / ticks));
}

void add_descriptors(std::vector<prometheus::MetricFamily>& families) {
  using enum prometheus::MetricType;
  std::error_code error;
  double open = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++open;
  // The reading itself has one open.
  if (!error)
    families.push_back(process_family("process_open_fds", "Open file descriptors", Gauge, open - 1));
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    families.push_back(process_family("process_max_fds", "File descriptors that may be open at most", Gauge,
                                      static_cast<double>(limit.rlim_cur)));
}

}  // namespace

std::vector<prometheus::MetricFamily> process_metrics() {
  std::vector<prometheus::MetricFamily> families;
  add_stat(families);
  add_descriptors(families);
  return families;
}

}  // namespace toolhive::runtime
