#include "registry/metrics/metrics.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "controller/base/log.hpp"

namespace toolhive::registry {
namespace {

// The index of `value`, or the length of the list.
template <class List, class Value>
std::size_t index_of(const List& list, const Value& value) {
  return static_cast<std::size_t>(std::find(list.begin(), list.end(), value) - list.begin());
}

// The row of a table that begins with `key`, which one does.
template <class Table, class Key>
std::size_t row_in(const Table& table, Key key) {
  const auto row =
      std::find_if(std::begin(table), std::end(table), [key](const auto& each) { return each.first == key; });
  return static_cast<std::size_t>(row - std::begin(table));
}

std::vector<CountedRoute> with_other(std::vector<CountedRoute> routes) {
  routes.push_back({"other", false});
  return routes;
}

void family(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  out.append("# HELP ")
      .append(name)
      .append(" ")
      .append(help)
      .append("\n# TYPE ")
      .append(name)
      .append(" ")
      .append(type)
      .append("\n");
}

void sample(std::string& out, std::string_view name, std::string_view labels, std::string_view value) {
  out += name;
  if (!labels.empty()) out.append("{").append(labels).append("}");
  out.append(" ").append(value).append("\n");
}

void gauge(std::string& out, std::string_view name, std::string_view help, std::uint64_t value) {
  family(out, name, "gauge", help);
  sample(out, name, {}, std::to_string(value));
}

void append_upstreams(std::string& out, const std::vector<UpstreamFigures>& upstreams) {
  if (upstreams.empty()) return;
  const auto each = [&](const char* name, const char* type, const char* help, auto value) {
    family(out, name, type, help);
    for (const auto& upstream : upstreams)
      sample(out, name, "upstream=\"" + upstream.name + "\"", std::to_string(value(upstream)));
  };
  using F = UpstreamFigures;
  each("mcp_registry_upstream_followed", "gauge", "1 while this replica follows the upstream.",
       [](const F& f) { return f.followed ? 1 : 0; });
  each("mcp_registry_upstream_failing", "gauge", "1 while the upstream cannot be followed; /ready says why.",
       [](const F& f) { return f.problem.empty() ? 0 : 1; });
  each("mcp_registry_upstream_last_success_timestamp_seconds", "gauge",
       "When the upstream was last followed to the end; 0 for not yet.",
       [](const F& f) { return f.last_success; });
  each("mcp_registry_upstream_failures_total", "counter", "Looks that did not come to their end.",
       [](const F& f) { return f.failures; });
  each("mcp_registry_upstream_versions", "gauge", "Versions of servers taken in that are not deleted.",
       [](const F& f) { return f.held; });
  each("mcp_registry_upstream_conflicts", "gauge",
       "Versions that were not taken in because their names are somebody else's.",
       [](const F& f) { return f.conflicts; });
  each("mcp_registry_upstream_refused", "gauge",
       "Versions that were not taken in because they may not be published here, or have no room.",
       [](const F& f) { return f.refused; });
  constexpr const char* kChanges = "mcp_registry_upstream_changes_total";
  family(out, kChanges, "counter", "Versions taken in, changed, and marked as deleted.");
  for (const auto& f : upstreams) {
    for (const auto& [change, count] :
         {std::pair("created", f.created), {"changed", f.changed}, {"marked", f.marked}}) {
      sample(out, kChanges, "upstream=\"" + f.name + "\",change=\"" + change + "\"", std::to_string(count));
    }
  }
}

std::string seconds(std::int64_t nanos) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", static_cast<double>(nanos) / 1e9);
  return text;
}

std::uint64_t resident_bytes() {
  unsigned long total = 0, resident = 0;
  if (auto* file = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(file, "%lu %lu", &total, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<std::uint64_t>(resident) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void DurationHistogram::observe(std::chrono::nanoseconds duration) {
  const auto micros = (duration.count() + 999) / 1000;
  const auto bucket =
      std::lower_bound(kBoundsMicros.begin(), kBoundsMicros.end(), micros) - kBoundsMicros.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  sum_nanos_.fetch_add(duration.count(), std::memory_order_relaxed);
}

std::uint64_t DurationHistogram::count() const {
  std::uint64_t count = 0;
  for (const auto& bucket : buckets_) count += bucket.load(std::memory_order_relaxed);
  return count;
}

void DurationHistogram::append(std::string& out, std::string_view name, std::string_view labels) const {
  const std::string prefix = labels.empty() ? std::string() : std::string(labels) + ",";
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    below += buckets_[i].load(std::memory_order_relaxed);
    const auto bound = i < kBoundsMicros.size() ? seconds(kBoundsMicros[i] * 1000) : "+Inf";
    sample(out, std::string(name) + "_bucket", prefix + "le=\"" + bound + "\"", std::to_string(below));
  }
  sample(out, std::string(name) + "_sum", labels, seconds(sum_nanos_.load(std::memory_order_relaxed)));
  sample(out, std::string(name) + "_count", labels, std::to_string(below));
}

Metrics::Metrics(std::vector<CountedRoute> routes)
    : routes_(with_other(std::move(routes))), requests_(routes_.size()) {}

void Metrics::request(std::size_t route, std::string_view method, unsigned status,
                      std::chrono::nanoseconds duration) {
  auto& requests = requests_[std::min(route, requests_.size() - 1)];
  requests.answered[index_of(kMethods, method)][index_of(kStatuses, status)].fetch_add(
      1, std::memory_order_relaxed);
  requests.durations.observe(duration);
}

void Metrics::registration(Registration result) {
  ++registrations_[row_in(kRegistrations, result)];
}

void Metrics::access(Access outcome) {
  ++access_[row_in(kAccess, outcome)];
}

void Metrics::committed(std::size_t records, std::chrono::nanoseconds duration) {
  stored_records_ += records;
  commits_.observe(duration);
}

std::string Metrics::render(const Gauges& gauges) const {
  std::string out;
  out.reserve(16 * 1024);

  family(out, "mcp_registry_requests_total", "counter", "Requests answered, by route, method and status.");
  for (std::size_t r = 0; r < requests_.size(); ++r) {
    for (std::size_t m = 0; m <= kMethods.size(); ++m) {
      for (std::size_t s = 0; s <= kStatuses.size(); ++s) {
        const auto value = requests_[r].answered[m][s].load(std::memory_order_relaxed);
        if (value == 0) continue;
        std::string labels = "route=\"" + std::string(routes_[r].path) + "\",method=\"";
        labels += m < kMethods.size() ? kMethods[m] : "other";
        labels += "\",code=\"" + (s < kStatuses.size() ? std::to_string(kStatuses[s]) : "other") + "\"";
        sample(out, "mcp_registry_requests_total", labels, std::to_string(value));
      }
    }
  }
  family(out, "mcp_registry_request_duration_seconds", "histogram",
         "From the whole request read to its response ready.");
  for (std::size_t r = 0; r < requests_.size(); ++r) {
    if (requests_[r].durations.count() == 0) continue;
    requests_[r].durations.append(out, "mcp_registry_request_duration_seconds",
                                  "route=\"" + std::string(routes_[r].path) + "\"");
  }

  family(out, "mcp_registry_registrations_total", "counter",
         "Registrations asked for, by what came of them.");
  for (std::size_t i = 0; i < registrations_.size(); ++i) {
    sample(out, "mcp_registry_registrations_total",
           "result=\"" + std::string(kRegistrations[i].second) + "\"",
           std::to_string(registrations_[i].load()));
  }
  family(out, "mcp_registry_retrievals_total", "counter",
         "Tools, servers, versions and lists read (status 200 and 304).");
  for (std::size_t r = 0; r < requests_.size(); ++r) {
    if (!routes_[r].retrieval) continue;
    const auto& get = requests_[r].answered[index_of(kMethods, std::string_view("GET"))];
    const auto value = get[index_of(kStatuses, 200u)].load() + get[index_of(kStatuses, 304u)].load();
    sample(out, "mcp_registry_retrievals_total", "route=\"" + std::string(routes_[r].path) + "\"",
           std::to_string(value));
  }

  gauge(out, "mcp_registry_ready", "1 when the registry takes reads and writes.", gauges.ready);
  gauge(out, "mcp_registry_tools", "Tools registered.", gauges.tools);
  gauge(out, "mcp_registry_versions", "Versions of tools registered.", gauges.versions);
  gauge(out, "mcp_registry_memory_used_bytes",
        "Bytes of memory counted for all that is registered, which limits.memoryBytes bounds.",
        gauges.memory_used_bytes);
  gauge(out, "mcp_registry_storage_used_bytes", "Bytes of the store on the disk.", gauges.storage_used_bytes);
  if (gauges.storage_free_bytes)
    gauge(out, "mcp_registry_storage_free_bytes", "Bytes free on the store's disk.",
          *gauges.storage_free_bytes);
  gauge(out, "mcp_registry_storage_writable", "1 while the store accepts writes.", gauges.storage_writable);
  gauge(out, "mcp_registry_storage_quarantined_records", "Records that did not verify at the start.",
        gauges.quarantined_records);
  if (gauges.tool_files) {
    gauge(out, "mcp_registry_tool_files_pending", "Tools whose readable files are behind the registry.",
          gauges.tool_files->pending);
    family(out, "mcp_registry_tool_files_errors_total", "counter",
           "Attempts to bring a readable file up to date that failed.");
    sample(out, "mcp_registry_tool_files_errors_total", {}, std::to_string(gauges.tool_files->errors));
  }
  family(out, "mcp_registry_storage_errors_total", "counter", "Writes that the storage failed.");
  sample(out, "mcp_registry_storage_errors_total", {}, std::to_string(storage_errors_.load()));
  family(out, "mcp_registry_storage_records_total", "counter", "Records made durable.");
  sample(out, "mcp_registry_storage_records_total", {}, std::to_string(stored_records_.load()));
  family(out, "mcp_registry_storage_commit_duration_seconds", "histogram",
         "One write and sync for a group of records.");
  commits_.append(out, "mcp_registry_storage_commit_duration_seconds", {});

  if (gauges.replica) {
    const auto& replica = *gauges.replica;
    gauge(out, "mcp_registry_replica_writes", "1 on the one of several replicas that writes.",
          replica.writes);
    gauge(out, "mcp_registry_replica_epoch", "Which writer this is in the life of the files.", replica.epoch);
    family(out, "mcp_registry_replica_behind_seconds", "gauge",
           "Since this replica last looked for what others wrote.");
    sample(out, "mcp_registry_replica_behind_seconds", {},
           seconds(std::chrono::nanoseconds(replica.behind).count()));
    family(out, "mcp_registry_forwarded_writes_total", "counter",
           "Writes that were for the replica that writes, by whether it answered.");
    sample(out, "mcp_registry_forwarded_writes_total", "result=\"answered\"",
           std::to_string(forwards_answered_.load()));
    sample(out, "mcp_registry_forwarded_writes_total", "result=\"failed\"",
           std::to_string(forwards_failed_.load()));
  }
  if (gauges.cache) {
    const auto& cache = *gauges.cache;
    const auto counter = [&out](const char* name, const char* help,
                                std::initializer_list<std::pair<const char*, std::uint64_t>> values) {
      family(out, name, "counter", help);
      for (const auto& [labels, value] : values) sample(out, name, labels, std::to_string(value));
    };
    counter("mcp_registry_cache_starts_total", "Starts, by whether they found the state in the cache.",
            {{"result=\"hit\"", cache.hits}, {"result=\"miss\"", cache.misses}});
    counter("mcp_registry_cache_errors_total", "Times that the cache could not be used.",
            {{"", cache.errors}});
    counter("mcp_registry_cache_writes_total", "Times that this replica wrote the state to the cache.",
            {{"", cache.written}});
    counter("mcp_registry_cache_bytes_total", "Bytes from and to the cache.",
            {{"direction=\"read\"", cache.bytes_read}, {"direction=\"written\"", cache.bytes_written}});
  }
  family(out, "mcp_registry_list_cache_total", "counter",
         "Lists asked for, by whether they were ready-made.");
  sample(out, "mcp_registry_list_cache_total", "result=\"hit\"", std::to_string(gauges.list_cache_hits));
  sample(out, "mcp_registry_list_cache_total", "result=\"miss\"", std::to_string(gauges.list_cache_misses));
  append_upstreams(out, gauges.upstreams);
  if (gauges.tokens_judged) {
    gauge(out, "mcp_registry_auth_ready", "1 while tokens can be judged.", *gauges.tokens_judged ? 1 : 0);
  }
  if (gauges.audit_lines_lost) {
    family(out, "mcp_registry_audit_lines_lost_total", "counter",
           "Lines of the audit log that could not be written.");
    sample(out, "mcp_registry_audit_lines_lost_total", {}, std::to_string(*gauges.audit_lines_lost));
  }
  family(out, "mcp_registry_access_total", "counter",
         "Requests for what is not open to all, by what came of them: let in without or with a token, or "
         "refused.");
  for (std::size_t i = 0; i < access_.size(); ++i) {
    if (const auto value = access_[i].load(); value != 0)
      sample(out, "mcp_registry_access_total", "result=\"" + std::string(kAccess[i].second) + "\"",
             std::to_string(value));
  }
  if (gauges.certificate) {
    const auto end = std::chrono::floor<std::chrono::seconds>(gauges.certificate->not_after);
    gauge(out, "mcp_registry_tls_certificate_not_after_timestamp_seconds",
          "When the certificate in use expires.", static_cast<std::uint64_t>(end.time_since_epoch().count()));
    gauge(out, "mcp_registry_tls_certificate_stale",
          "1 while the certificate's files hold something that cannot be used.",
          gauges.certificate->stale ? 1 : 0);
  }
  gauge(out, "mcp_registry_connections", "Connections open.", gauges.connections);
  gauge(out, "mcp_registry_requests_in_flight", "Requests being answered.", gauges.requests_in_flight);
  family(out, "mcp_registry_transport_errors_total", "counter",
         "Requests the transport refused (limits, malformed, time).");
  sample(out, "mcp_registry_transport_errors_total", {}, std::to_string(gauges.transport_errors));
  family(out, "mcp_registry_log_lines_lost_total", "counter",
         "Lines of the log that came faster than they were read, or could not be written.");
  sample(out, "mcp_registry_log_lines_lost_total", {}, std::to_string(log_lines_lost()));
  gauge(out, "process_resident_memory_bytes", "Resident memory of the process.", resident_bytes());
  family(out, "mcp_registry_build_info", "gauge", "1, labelled with the version.");
  sample(out, "mcp_registry_build_info", "version=\"" TOOLHIVE_VERSION "\"", "1");
  return out;
}

}  // namespace toolhive::registry
