// What the kernel tells of this process, under the names that Prometheus's client libraries use.
#pragma once

#include <vector>

namespace prometheus {
struct MetricFamily;
}

namespace toolhive::runtime {

// process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes,
// process_open_fds, process_max_fds and process_start_time_seconds, read from /proc/self. What
// cannot be read is left out. Thread-safe.
std::vector<prometheus::MetricFamily> process_metrics();

}  // namespace toolhive::runtime
