#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/metrics/upstream_figures.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// A cumulative histogram of durations. Thread safe; never blocks.
class DurationHistogram {
 public:
  void observe(std::chrono::nanoseconds duration);
  // Appends the series in Prometheus' text format. `labels` is empty or `name="value"` pairs
  // without braces.
  void append(std::string& out, std::string_view name, std::string_view labels) const;
  std::uint64_t count() const;

 private:
  static constexpr std::array<std::int64_t, 15> kBoundsMicros = {
      50,     100,    250,     500,     1'000,     2'500,     5'000,     10'000,
      25'000, 50'000, 100'000, 250'000, 1'000'000, 2'500'000, 10'000'000};
  std::array<std::atomic<std::uint64_t>, kBoundsMicros.size() + 1>
      buckets_{};  // Each without those below it.
  std::atomic<std::int64_t> sum_nanos_{0};
};

// Of the certificate with which TLS is served.
struct CertificateFigures {
  std::chrono::system_clock::time_point not_after;
  bool stale = false;  // Its files hold something newer that cannot be used.
};

// Figures that are read where they are, when metrics are asked for.
struct Gauges {
  bool ready = false;
  std::uint64_t tools = 0;
  std::uint64_t versions = 0;
  std::uint64_t memory_used_bytes = 0;  // As Index::memory_bytes() counts them.
  std::uint64_t storage_used_bytes = 0;
  std::optional<std::uint64_t> storage_free_bytes;
  bool storage_writable = false;
  std::uint64_t quarantined_records = 0;
  std::optional<ToolFilesStatus> tool_files;
  std::optional<CacheStatus> cache;
  std::optional<ReplicaStatus> replica;
  std::uint64_t list_cache_hits = 0;  // Lists that were ready-made, since the start.
  std::uint64_t list_cache_misses = 0;
  // Whether tokens can be; none when none are asked for.
  std::optional<bool> tokens_judged;
  std::vector<UpstreamFigures> upstreams;
  std::optional<std::uint64_t> audit_lines_lost;  // None when no audit log is kept.
  std::optional<CertificateFigures> certificate;  // None without TLS.
  std::uint64_t connections = 0;
  std::uint64_t requests_in_flight = 0;
  std::uint64_t transport_errors = 0;
};

// A path whose requests are counted.
struct CountedRoute {
  std::string_view path;   // As its label has it.
  bool retrieval = false;  // Whether a GET counts as a retrieval.
};

// What the service counts. Written out by hand: the label sets are few and known, so that counting
// is one atomic addition without a lock or a lookup. Thread safe.
class Metrics {
 public:
  // What the guard made of a request: let in without a token or with one, or refused.
  enum class Access { Anonymous, Accepted, Rejected, Forbidden, Limited, Unavailable };
  enum class Registration { Created, Unchanged, Conflict, Invalid, Failed };

  // Requests of paths that are none of `routes` are counted under the path "other".
  explicit Metrics(std::vector<CountedRoute> routes);

  // One answered request, of the path at `route` in the list, or after its end.
  void request(std::size_t route, std::string_view method, unsigned status,
               std::chrono::nanoseconds duration);
  // One registration (POST or PUT).
  void registration(Registration result);
  // One request that the guard looked at.
  void access(Access outcome);
  // One group of records made durable.
  void committed(std::size_t records, std::chrono::nanoseconds duration);
  // One write that the storage failed.
  void storage_error() { ++storage_errors_; }

  // One write that was for the replica that writes: whether it answered.
  void forwarded(bool answered) { ++(answered ? forwards_answered_ : forwards_failed_); }

  // Prometheus' text format 0.0.4.
  std::string render(const Gauges& gauges) const;

 private:
  static constexpr std::array<std::string_view, 7> kMethods = {"GET", "HEAD",   "POST",   "PATCH",
                                                               "PUT", "DELETE", "OPTIONS"};
  static constexpr std::array<unsigned, 21> kStatuses = {200, 201, 204, 304, 400, 401, 403,
                                                         404, 405, 408, 409, 412, 413, 415,
                                                         422, 428, 429, 500, 501, 503, 507};
  // One more of each for what is not listed.
  using ByStatus = std::array<std::atomic<std::uint64_t>, kStatuses.size() + 1>;
  struct Requests {
    std::array<ByStatus, kMethods.size() + 1> answered{};
    DurationHistogram durations;
  };

  static constexpr std::pair<Registration, std::string_view> kRegistrations[] = {
      {Registration::Created, "created"},
      {Registration::Unchanged, "unchanged"},
      {Registration::Conflict, "conflict"},
      {Registration::Invalid, "invalid"},
      {Registration::Failed, "failed"}};
  static constexpr std::pair<Access, std::string_view> kAccess[] = {
      {Access::Anonymous, "anonymous"}, {Access::Accepted, "accepted"}, {Access::Rejected, "rejected"},
      {Access::Forbidden, "forbidden"}, {Access::Limited, "limited"},   {Access::Unavailable, "unavailable"}};

  const std::vector<CountedRoute> routes_;  // The last is the path "other".
  std::vector<Requests> requests_;          // One for each route.
  std::array<std::atomic<std::uint64_t>, std::size(kRegistrations)> registrations_{};
  std::array<std::atomic<std::uint64_t>, std::size(kAccess)> access_{};
  std::atomic<std::uint64_t> storage_errors_{0};
  std::atomic<std::uint64_t> stored_records_{0};
  std::atomic<std::uint64_t> forwards_answered_{0}, forwards_failed_{0};
  DurationHistogram commits_;
};

}  // namespace toolhive::registry
