#include "registry/config/config.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <map>
#include <set>
#include <vector>

namespace registry {
namespace {

/// Ends the reading of a file; caught in parse().
struct Failure {
  Error error;
};

/// A mapping whose every field must be asked for: what is left over is unknown.
class Section {
 public:
  Section(const YAML::Node& node, std::string path) : path_(std::move(path)) {
    if (!node.IsDefined() || node.IsNull()) return;
    if (!node.IsMap()) fail({}, "must be a mapping of fields to values");
    for (const auto& entry : node) {
      const auto name = entry.first.as<std::string>("");
      if (!fields_.emplace(name, entry.second).second) fail(name, "is given twice; give it once");
    }
  }

  [[noreturn]] void fail(const std::string& field, std::string detail) const {
    throw Failure{Error{Code::Invalid, std::move(detail), path_of(field)}};
  }

  /// Whether there is any field.
  bool given() const { return !fields_.empty(); }

  Section section(const std::string& name) { return Section(take(name), path_of(name)); }

  void text(const std::string& name, std::string& value) {
    const auto node = take(name);
    if (!node.IsDefined()) return;
    if (!node.IsScalar() || node.Scalar().empty()) fail(name, "must be a text that is not empty");
    value = node.Scalar();
  }

  template <class Value>
  void one_of(const std::string& name, Value& value,
              const std::vector<std::pair<std::string, Value>>& known) {
    std::string word;
    text(name, word);
    if (word.empty()) return;
    std::string list;
    for (const auto& [label, meaning] : known) {
      if (label == word) {
        value = meaning;
        return;
      }
      list += (list.empty() ? "" : ", ") + label;
    }
    fail(name, "must be one of: " + list);
  }

  void texts(const std::string& name, std::vector<std::string>& values) {
    const auto node = take(name);
    if (!node.IsDefined()) return;
    if (!node.IsSequence()) fail(name, "must be a list");
    for (const auto& item : node) {
      if (!item.IsScalar() || item.Scalar().empty()) fail(name, "must hold texts that are not empty");
      values.push_back(item.Scalar());
    }
  }

  /// A whole number, or one of bytes with the suffix Ki, Mi or Gi.
  template <class Number>
  void number(const std::string& name, Number& value, std::uint64_t low, std::uint64_t high) {
    std::string word;
    text(name, word);
    if (word.empty()) return;
    std::uint64_t parsed = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), parsed);
    const std::string_view suffix(end, static_cast<std::size_t>(word.data() + word.size() - end));
    const int shift = suffix.empty()   ? 0
                      : suffix == "Ki" ? 10
                      : suffix == "Mi" ? 20
                      : suffix == "Gi" ? 30
                                       : -1;
    if (error != std::errc() || shift < 0 || parsed > (high >> shift) || (parsed << shift) < low) {
      fail(name, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    }
    value = static_cast<Number>(parsed << shift);
  }

  /// "500ms", "10s", "2m", "24h".
  void duration(const std::string& name, std::chrono::milliseconds& value,
                std::chrono::hours longest = std::chrono::hours(1)) {
    std::string word;
    text(name, word);
    if (word.empty()) return;
    std::int64_t parsed = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), parsed);
    const std::string_view unit(end, static_cast<std::size_t>(word.data() + word.size() - end));
    const std::int64_t factor = unit == "ms"  ? 1
                                : unit == "s" ? 1'000
                                : unit == "m" ? 60'000
                                : unit == "h" ? 3'600'000
                                              : 0;
    const auto most = std::chrono::milliseconds(longest).count();
    if (error != std::errc() || factor == 0 || parsed < 1 || parsed > most / factor) {
      fail(name, "must be a duration from 1ms to " + std::to_string(longest.count()) +
                     "h, such as 500ms, 10s or 2m");
    }
    value = std::chrono::milliseconds(parsed * factor);
  }

  /// To be called last.
  void end() const {
    for (const auto& [name, node] : fields_) {
      if (asked_.contains(name)) continue;
      std::string list;
      for (const auto& known : asked_) list += (list.empty() ? "" : ", ") + known;
      fail(name, "unknown field; known here: " + list);
    }
  }

 private:
  YAML::Node take(const std::string& name) {
    asked_.insert(name);
    const auto it = fields_.find(name);
    return it == fields_.end() || it->second.IsNull() ? YAML::Node(YAML::NodeType::Undefined) : it->second;
  }
  std::string path_of(const std::string& field) const {
    return path_.empty() ? field : field.empty() ? path_ : path_ + "." + field;
  }

  std::string path_;
  std::map<std::string, YAML::Node> fields_;
  std::set<std::string> asked_;
};

void read(Section& root, Config& config) {
  root.one_of<LogLevel>("logLevel", config.log_level,
                        {{"debug", LogLevel::Debug},
                         {"info", LogLevel::Info},
                         {"warn", LogLevel::Warn},
                         {"error", LogLevel::Error}});
  auto storage = root.section("storage");
  std::string path;
  storage.text("path", path);
  if (!path.empty()) config.storage_path = path;
  storage.end();

  auto database = root.section("database");
  auto& to = config.database;
  database.text("url", to.url);
  database.text("urlFile", to.url_file);
  database.text("host", to.host);
  database.number("port", to.port, 1, 65'535);
  database.text("name", to.name);
  database.text("user", to.user);
  database.text("passwordFile", to.password_file);
  database.one_of<std::string>("sslMode", to.ssl_mode,
                               {{"disable", "disable"},
                                {"prefer", "prefer"},
                                {"require", "require"},
                                {"verify-ca", "verify-ca"},
                                {"verify-full", "verify-full"}});
  database.text("caFile", to.ca_file);
  database.end();
  if (database.given()) {
    if (auto ok = postgres::check(to); !ok) database.fail(ok.error().field, ok.error().detail);
    if (!path.empty()) storage.fail("path", "is for files, and database is given too; keep one of them");
  }

  auto cache = root.section("cache");
  auto redis = cache.section("redis");
  redis.text("url", config.cache.url);
  redis.text("urlFile", config.cache.url_file);
  redis.text("passwordFile", config.cache.password_file);
  redis.text("caFile", config.cache.ca_file);
  redis.duration("ttl", config.cache.ttl, std::chrono::hours(24 * 366));
  redis.duration("timeout", config.cache.timeout);
  redis.end();
  if (redis.given()) {
    if (auto ok = redis::check(config.cache); !ok) redis.fail(ok.error().field, ok.error().detail);
    if (!database.given()) redis.fail({}, "caches what a database has, and no database is given; leave it out");
  }
  cache.end();

  auto naming = root.section("naming");
  naming.texts("allow", config.policy.naming.allow);
  naming.texts("deny", config.policy.naming.deny);
  naming.end();

  auto validation = root.section("validation");
  validation.one_of<Profile>("profile", config.policy.profile,
                             {{"private", Profile::Private}, {"public", Profile::Public}});
  validation.end();

  auto limits = root.section("limits");
  limits.number("toolBytes", config.policy.tool_bytes, 1024, 16 << 20);
  limits.number("schemaDepth", config.policy.schema.depth, 1, 60);
  limits.number("schemaCount", config.policy.schema.subschemas, 1, 100'000);
  limits.number("tools", config.limits.tools, 1, 10'000'000);
  limits.number("versionsPerTool", config.limits.versions_per_tool, 1, 100'000);
  limits.end();
}

void read(Section& root, ServerConfig& config) {
  root.text("address", config.address);
  root.number("port", config.port, 0, 65'535);
  root.number("threads", config.threads, 0, 256);
  root.number("bodyLimit", config.body_limit, 1024, 64 << 20);
  root.number("connections", config.connections, 1, 1'000'000);

  auto timeouts = root.section("timeouts");
  timeouts.duration("header", config.header_timeout);
  timeouts.duration("body", config.body_timeout);
  timeouts.duration("write", config.write_timeout);
  timeouts.duration("idle", config.idle_timeout);
  timeouts.duration("drain", config.drain_timeout);
  timeouts.end();

  auto tls = root.section("tls");
  tls.text("certFile", config.tls_certificate);
  tls.text("keyFile", config.tls_key);
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    tls.fail(config.tls_certificate.empty() ? "certFile" : "keyFile",
             "is missing; TLS needs certFile and keyFile");
  }
  tls.end();
}

template <class Value>
Result<Value> parse(const std::string& text) {
  try {
    Value value;
    Section root(YAML::Load(text), "");
    read(root, value);
    root.end();
    return value;
  } catch (const Failure& failure) {
    return failure.error;
  } catch (const YAML::Exception& cause) {
    return Error{Code::Malformed,
                 "not valid YAML at line " + std::to_string(cause.mark.line + 1) + ": " + cause.msg};
  }
}

template <class Value>
Result<Value> load(const std::string& path) {
  std::string text;
  errno = 0;
  if (auto* file = std::fopen(path.c_str(), "re")) {
    char buffer[4096];
    for (std::size_t count; (count = std::fread(buffer, 1, sizeof buffer, file)) > 0;)
      text.append(buffer, count);
    std::fclose(file);
  }
  if (errno != 0) return Error{Code::NotFound, "cannot read " + path + ": " + std::strerror(errno)};
  auto value = parse<Value>(text);
  if (value) return value;
  const auto& error = value.error();
  return Error{error.code, path + ": " + (error.field.empty() ? "" : error.field + ": ") + error.detail};
}

}  // namespace

Result<Config> parse_config(const std::string& text) {
  return parse<Config>(text);
}
Result<ServerConfig> parse_server_config(const std::string& text) {
  return parse<ServerConfig>(text);
}
Result<Config> load_config(const std::string& path) {
  return load<Config>(path);
}
Result<ServerConfig> load_server_config(const std::string& path) {
  return load<ServerConfig>(path);
}

}  // namespace registry
