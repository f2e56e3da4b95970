#include "registry/config/config.hpp"

#include "controller/base/file.hpp"
#include "registry/config/auth.hpp"
#include "registry/config/document.hpp"
#include "registry/config/section.hpp"
#include "registry/config/upstream.hpp"

namespace toolhive::registry {
namespace {

constexpr const char* kHostNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";

void read(Section& root, Config& config) {
  root.one_of<LogLevel>("logLevel", config.log_level, {kLogLevels.begin(), kLogLevels.end()});
  auto storage = root.section("storage");
  std::string path;
  storage.text("path", path);
  storage.one_of<bool>("toolFiles", config.store.tool_files, {{"true", true}, {"false", false}});
  storage.one_of<bool>("shared", config.store.shared, {{"true", true}, {"false", false}});
  if (!path.empty()) config.store.directory = path;
  storage.end();

  auto database = root.section("database");
  auto& to = config.store.database;
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
  database.text("certFile", to.cert_file);
  database.text("keyFile", to.key_file);
  database.end();
  if (database.given()) {
    if (auto ok = postgres::check(to); !ok) database.fail(ok.error().field, ok.error().detail);
    for (const char* part : {"port", "name", "user"}) {
      if (database.has(part) && to.host.empty())
        database.fail(part, "is for a database that is given by its host, and url or urlFile is given");
    }
    for (const char* part : {"path", "toolFiles", "shared"})
      if (storage.has(part)) storage.fail(part, "is for files, and database is given too; keep one of them");
  }

  auto cache = root.section("cache");
  auto redis = cache.section("redis");
  redis.text("url", config.store.cache.url);
  redis.text("urlFile", config.store.cache.url_file);
  redis.text("passwordFile", config.store.cache.password_file);
  redis.text("caFile", config.store.cache.ca_file);
  redis.duration("ttl", config.store.cache.ttl, std::chrono::hours(24 * 366));
  redis.duration("timeout", config.store.cache.timeout);
  redis.end();
  if (redis.given()) {
    if (auto ok = redis::check(config.store.cache); !ok) redis.fail(ok.error().field, ok.error().detail);
    if (!database.given())
      redis.fail({}, "caches what a database has, and no database is given; leave it out");
  }
  cache.end();

  root.one_of<CompatibilityPolicy>(
      "compatibility", config.policy.compatibility,
      {{"None", CompatibilityPolicy::None}, {"Semver", CompatibilityPolicy::Semver}});

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
  limits.number("tools", config.store.limits.tools, 1, 10'000'000);
  limits.number("versionsPerTool", config.store.limits.versions_per_tool, 1, 100'000);
  limits.number("memoryBytes", config.store.limits.memory_bytes, 1 << 20, std::uint64_t{1} << 40);
  limits.end();

  read_auth(root.section("auth"), config.auth);
  read_audit(root.section("audit"), config.audit);
  read_upstreams(root, config.upstreams);
}

constexpr std::size_t kLongestPrefix = 256;

// It goes into headers and links as it is.
bool is_path_prefix(std::string_view prefix) {
  if (prefix.empty()) return true;
  if (prefix.front() != '/' || prefix.size() > kLongestPrefix) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const char c = prefix[i];
    const bool begins = i > 0 && prefix[i - 1] == '/';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '~' || (c == '.' && !begins);
    const bool slash = c == '/' && !begins && i + 1 < prefix.size();
    if (!plain && !slash) return false;
  }
  return true;
}

void read(Section& root, ServerConfig& config) {
  root.text("address", config.address);
  root.number("port", config.port, 0, 65'535);
  root.number("threads", config.threads, 0, 256);
  root.number("bodyLimit", config.body_limit, 1024, 64 << 20);
  root.number("connections", config.connections, 1, 1'000'000);
  root.one_of<bool>("mcp", config.mcp, {{"true", true}, {"false", false}});

  auto timeouts = root.section("timeouts");
  timeouts.duration("header", config.header_timeout);
  timeouts.duration("body", config.body_timeout);
  timeouts.duration("write", config.write_timeout);
  timeouts.duration("idle", config.idle_timeout);
  timeouts.duration("drain", config.drain_timeout);
  timeouts.end();
  root.duration("shutdownDelay", config.shutdown_delay);

  auto access_log = root.section("accessLog");
  access_log.number("oneIn", config.access_log_one_in, 0, 1'000'000'000);
  access_log.end();

  read_rates(root.section("rateLimit"), config.rates);
  root.number("trustedProxies", config.rates.trusted_proxies, 0, 10);

  root.text("pathPrefix", config.path_prefix);
  if (!is_path_prefix(config.path_prefix))
    root.fail(
        "pathPrefix",
        "must begin with a slash and not end with one, have at most 256 of letters, digits, -, _, ~ and ., "
        "and no part that begins with a dot, such as /tools");

  auto tls = root.section("tls");
  tls.text("certFile", config.tls_certificate);
  tls.text("keyFile", config.tls_key);
  if (config.tls_certificate.empty() != config.tls_key.empty()) {
    tls.fail(config.tls_certificate.empty() ? "certFile" : "keyFile",
             "is missing; TLS needs certFile and keyFile");
  }
  tls.texts("clientCAFiles", config.tls_client_authorities);
  if (config.tls_certificate.empty() && !config.tls_client_authorities.empty())
    tls.fail("clientCAFiles", "is of no use without certFile and keyFile");
  tls.text("replicaCAFile", config.tls_replica_authorities);
  tls.text("replicaServerName", config.tls_replica_name);
  if (config.tls_replica_authorities.empty() != config.tls_replica_name.empty())
    tls.fail(config.tls_replica_authorities.empty() ? "replicaCAFile" : "replicaServerName",
             "is missing; replicas trust each other by replicaCAFile and replicaServerName");
  if (config.tls_replica_name.find_first_not_of(kHostNameCharacters) != std::string::npos)
    tls.fail("replicaServerName", "must be a host name, of letters, digits, - and .");
  if (config.tls_certificate.empty() && !config.tls_replica_authorities.empty())
    tls.fail("replicaCAFile", "is of no use without certFile and keyFile");
  tls.end();
}

template <class Value>
Result<Value> parse(const std::string& text) {
  try {
    Value value;
    Section root(read_document(text), "");
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
  const auto text = read_file(path, kMaxDocumentBytes);
  if (!text.ok()) return Error{Code::NotFound, text.status().message()};
  auto value = parse<Value>(*text);
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

}  // namespace toolhive::registry
