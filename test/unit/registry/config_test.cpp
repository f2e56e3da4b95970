#include "registry/config/config.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "registry/base/value_file.hpp"

using namespace toolhive::registry;
using toolhive::LogLevel;

TEST_CASE("an empty configuration is the default one") {
  auto config = parse_config("");
  REQUIRE(config.ok());
  CHECK(config->store.directory == "/data/registry");
  CHECK(config->policy.profile == Profile::Private);
  auto server = parse_server_config("");
  REQUIRE(server.ok());
  CHECK(server->port == 8080);
  CHECK(server->body_limit == 1 << 20);
}

TEST_CASE("every field of the configuration is read, from YAML and from JSON") {
  auto config = parse_config(R"(
logLevel: debug
storage: {path: /srv/tools}
naming:
  allow: ["team-a.*", "shared"]
  deny: ["*.secret"]
validation: {profile: public}
compatibility: Semver
limits: {toolBytes: 64Ki, schemaDepth: 8, schemaCount: 100, tools: 5, versionsPerTool: 3, memoryBytes: 64Mi}
)");
  REQUIRE(config.ok());
  CHECK(config->log_level == LogLevel::Debug);
  CHECK(config->store.directory == "/srv/tools");
  CHECK(config->policy.naming.allow.size() == 2);
  CHECK(config->policy.naming.deny == std::vector<std::string>{"*.secret"});
  CHECK(config->policy.profile == Profile::Public);
  CHECK(config->policy.compatibility == CompatibilityPolicy::Semver);
  CHECK(config->policy.tool_bytes == 64 * 1024);
  CHECK(config->policy.schema.depth == 8);
  CHECK(config->policy.schema.subschemas == 100);
  CHECK(config->store.limits.tools == 5);
  CHECK(config->store.limits.versions_per_tool == 3);
  CHECK(config->store.limits.memory_bytes == 64 * 1024 * 1024);

  auto server = parse_server_config(
      R"({"address": "127.0.0.1", "port": 0, "threads": 3, "bodyLimit": "2Mi", "connections": 10, "mcp": false, "shutdownDelay": "4s",
    "timeouts": {"header": "1s", "body": "1500ms", "write": "2m", "idle": "3s", "drain": "4s"},
    "tls": {"certFile": "/tls/tls.crt", "keyFile": "/tls/tls.key",
      "clientCAFiles": ["/tls/ca.crt", "/tls/more.crt"]}})");
  REQUIRE(server.ok());
  CHECK(server->address == "127.0.0.1");
  CHECK(server->port == 0);
  CHECK(server->threads == 3);
  CHECK(server->body_limit == 2 << 20);
  CHECK(server->connections == 10);
  CHECK_FALSE(server->mcp);
  CHECK(server->body_timeout.count() == 1500);
  CHECK(server->write_timeout.count() == 120'000);
  CHECK(server->shutdown_delay.count() == 4'000);
  CHECK(server->tls_key == "/tls/tls.key");
  CHECK(server->tls_client_authorities == std::vector<std::string>{"/tls/ca.crt", "/tls/more.crt"});
}

TEST_CASE("a prefix of paths is one that can stand in a header and a link") {
  CHECK(parse_server_config("")->path_prefix.empty());
  for (const char* good : {"/tools", "/a/b", "/a.b/v1-2_~"}) {
    const auto config = parse_server_config(std::string("pathPrefix: ") + good);
    REQUIRE_MESSAGE(config.ok(), good);
    CHECK(config->path_prefix == good);
  }
  for (const std::string& bad :
       {std::string("/"), std::string("tools"), std::string("/tools/"), std::string("/a//b"),
        std::string("/../a"), std::string("/.a"), std::string("'/a b'"), std::string("'/a%20b'"),
        "/" + std::string(256, 'a')}) {
    const auto config = parse_server_config("pathPrefix: " + bad);
    REQUIRE_MESSAGE(!config.ok(), bad);
    CHECK(config.error().field == "pathPrefix");
  }
}

TEST_CASE("the readable files of tools are kept unless they are turned off, and are for files alone") {
  CHECK(parse_config("{}")->store.tool_files);
  const auto off = parse_config("storage: {toolFiles: false}");
  REQUIRE(off.ok());
  CHECK_FALSE(off->store.tool_files);
  const auto both = parse_config("{storage: {toolFiles: true}, database: {url: 'postgresql://db/x'}}");
  REQUIRE_FALSE(both.ok());
  CHECK(both.error().field == "storage.toolFiles");
  const auto word = parse_config("storage: {toolFiles: sometimes}");
  REQUIRE_FALSE(word.ok());
  CHECK(word.error().field == "storage.toolFiles");
}

TEST_CASE("a database is given by its parts or its URL, without a password, and in place of a path") {
  auto config = parse_config(R"(
database: {host: db.example, port: 6432, name: tools, user: registry, passwordFile: /secret/password, sslMode: verify-full,
           caFile: /ca/ca.crt, certFile: /client/tls.crt, keyFile: /client/tls.key}
)");
  REQUIRE(config.ok());
  CHECK(config->store.database.used());
  CHECK(config->store.database.host == "db.example");
  CHECK(config->store.database.port == 6432);
  CHECK(config->store.database.name == "tools");
  CHECK(config->store.database.user == "registry");
  CHECK(config->store.database.password_file == "/secret/password");
  CHECK(config->store.database.ssl_mode == "verify-full");
  CHECK(config->store.database.ca_file == "/ca/ca.crt");
  CHECK(config->store.database.cert_file == "/client/tls.crt");
  CHECK(config->store.database.key_file == "/client/tls.key");
  CHECK(parse_config("database: {url: 'postgresql://registry@db:5432/tools?sslmode=require'}").ok());
  CHECK(parse_config("database: {urlFile: /secret/url}").ok());
  CHECK_FALSE(parse_config("")->store.database.used());

  const std::pair<const char*, const char*> cases[] = {
      {"database: {port: 5432}", "database.host"},
      {"database: {host: a, urlFile: /b}", "database.host"},
      {"database: {host: a, port: 70000}", "database.port"},
      {"database: {host: a, password: secret}", "database.password"},
      {"database: {host: a, sslMode: always}", "database.sslMode"},
      {"database: {host: a, sslMode: verify-full}", "database.caFile"},
      {"database: {host: a, certFile: /b}", "database.keyFile"},
      {"database: {urlFile: /a, keyFile: /b}", "database.certFile"},
      {"database: {url: 'mysql://a/b'}", "database.url"},
      {"database: {url: 'postgresql://me:hunter2@db/tools'}", "database.url"},
      {"database: {url: 'postgresql://me:hunter2@db:x/tools?y'}", "database.url"},
      {"database: {host: a}\nstorage: {path: /b}", "storage.path"},
  };
  for (const auto& [text, field] : cases) {
    CAPTURE(text);
    const auto refused = parse_config(text);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().field == field);
    CHECK(refused.error().detail.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("an unknown, repeated or unacceptable field is an error that names its path") {
  const std::pair<const char*, const char*> cases[] = {
      {"loglevel: info", "loglevel"},
      {"limits: {toolbytes: 1}", "limits.toolbytes"},
      {"limits: {toolBytes: 1}", "limits.toolBytes"},
      {"limits: {toolBytes: 1Ti}", "limits.toolBytes"},
      {"limits: {tools: -1}", "limits.tools"},
      {"limits: {tools: 99999999999999999999}", "limits.tools"},
      {"limits: {tools: 17179869184Gi}", "limits.tools"},
      {"limits: 7", "limits"},
      {"logLevel: loud", "logLevel"},
      {"logLevel: [info]", "logLevel"},
      {"naming: {allow: a}", "naming.allow"},
      {"naming: {allow: [[a]]}", "naming.allow"},
      {"validation: {profile: none}", "validation.profile"},
      {"storage: {path: ''}", "storage.path"},
      {"storage: {path: /a}\nstorage: {path: /b}", "storage"},
  };
  for (const auto& [text, field] : cases) {
    CAPTURE(text);
    auto config = parse_config(text);
    REQUIRE_FALSE(config.ok());
    CHECK(config.error().code == Code::Invalid);
    CHECK(config.error().field == field);
  }
  CHECK(parse_server_config("timeouts: {idle: 10}").error().field == "timeouts.idle");
  CHECK(parse_server_config("timeouts: {idle: 0s}").error().field == "timeouts.idle");
  CHECK(parse_server_config("tls: {certFile: /a}").error().field == "tls.keyFile");
  CHECK(parse_server_config("tls: {clientCAFiles: [/a]}").error().field == "tls.clientCAFiles");
  // An empty list must not mean that nobody is asked.
  CHECK(parse_server_config("tls: {certFile: /a, keyFile: /b, clientCAFiles: []}").error().field ==
        "tls.clientCAFiles");
  const std::string served = "tls: {certFile: /a, keyFile: /b, ";
  CHECK(parse_server_config(served + "replicaCAFile: /c}").error().field == "tls.replicaServerName");
  CHECK(parse_server_config(served + "replicaServerName: c}").error().field == "tls.replicaCAFile");
  CHECK(parse_server_config(served + "replicaCAFile: /c, replicaServerName: a/b}").error().field ==
        "tls.replicaServerName");
  CHECK(parse_server_config("tls: {replicaCAFile: /c, replicaServerName: c}").error().field ==
        "tls.replicaCAFile");
  CHECK(parse_server_config("port: 65536").error().field == "port");
  CHECK(parse_server_config("storage: {path: /a}").error().field == "storage");
}

TEST_CASE("what is not YAML is an error with its line, a missing file one with its name") {
  auto config = parse_config("a: 1\n  b: [");
  REQUIRE_FALSE(config.ok());
  CHECK(config.error().code == Code::Malformed);
  CHECK(config.error().detail.find("line 2") != std::string::npos);
  CHECK(parse_config("[1, 2]").error().code == Code::Invalid);
  CHECK(load_config("/nowhere/config.yaml").error().detail.find("/nowhere/config.yaml") != std::string::npos);
  CHECK_FALSE(load_config("/tmp").ok());
}

TEST_CASE("what begins no value is refused by its line, and is not looked at for ever") {
  for (const char* text : {",", ", a", "logLevel: info\n---\n,ogLevel: info\n"}) {
    CAPTURE(text);
    const auto config = parse_config(text);
    REQUIRE(!config);
    CHECK(config.error().detail.find("begins no value") != std::string::npos);
  }
}

TEST_CASE("a configuration is one YAML document; an empty one may come before or after it") {
  const std::string config = "storage: {path: /a}\n";
  for (const std::string& text :
       {config + "---\n", config + "...\n---\n# nothing\n", "---\n---\n" + config}) {
    CAPTURE(text);
    const auto read = parse_config(text);
    REQUIRE(read.ok());
    CHECK(read->store.directory == "/a");
  }
  for (const std::string& text : {config + "---\nauth: {mode: oidc}\n", config + "---\n7\n",
                                  std::string("{storage: {path: /a}}\n\n{logLevel: warn}\n")}) {
    CAPTURE(text);
    const auto refused = parse_config(text);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::Malformed);
    CHECK(refused.error().detail.find("line 3") != std::string::npos);
    CHECK_FALSE(parse_server_config(text).ok());
  }
}

TEST_CASE("a byte order mark and Windows' line ends change nothing") {
  const auto config = parse_config(
      "\xef\xbb\xbfstorage:\r\n  path: /a\r\nnaming:\r\n  allow:\r\n  - team.*\r\nlogLevel: warn\r\n");
  REQUIRE(config.ok());
  CHECK(config->store.directory == "/a");
  CHECK(config->policy.naming.allow == std::vector<std::string>{"team.*"});
  CHECK(config->log_level == LogLevel::Warn);
}

TEST_CASE("what could be read as less than it says is refused with its line") {
  const std::pair<std::string, const char*> cases[] = {
      // The library takes it for the end.
      {"logLevel: info\n\x04\nauth: {mode: oidc}\n", "line 2"},
      {std::string("logLevel: info\n\0auth: {}\n", 25), "line 2"},
      {"logLevel: &level info\n", "line 1"},
      {"storage:\n  path: &a /a\nnaming: {allow: [*a]}\n", "line 2"},
      {"logLevel: info\nlimits: {tools: !!int '5'}\n", "line 2"},
      {"--- !config\nlogLevel: info\n", "line 1"},
      {"naming: {allow: " + std::string(40, '[') + std::string(40, ']') + "}", "line 1"},
      {"logLevel: info # \xff\n", "UTF-8"},
      {std::string("\xff\xfel\0o\0g\0L\0", 10), "UTF-8"},
      {"logLevel: info #" + std::string(1 << 20, 'x') + "\n", "1048576 bytes"},
  };
  for (const auto& [text, where] : cases) {
    CAPTURE(text.substr(0, 100));
    const auto refused = parse_config(text);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::Malformed);
    CHECK(refused.error().detail.find(where) != std::string::npos);
  }
}

TEST_CASE(
    "a field without a value, an empty list and an oddly spelled value are errors that name the field") {
  const std::pair<const char*, const char*> cases[] = {
      {"auth:", "auth"},
      {"auth: {mode: }", "auth.mode"},
      {"limits: {tools: ~}", "limits.tools"},
      {"database: {}", "database.host"},
      {"database: {host: db}\ncache: {redis: {}}", "cache.redis.url"},
      {"database: {url: 'postgresql://db/tools', port: 5433}", "database.port"},
      {"database: {urlFile: /url, user: me}", "database.user"},
      {"naming: {allow: []}", "naming.allow"},
      {"naming: {deny: []}", "naming.deny"},
      {"auth: {rules: []}", "auth.rules"},
      {"auth: {rules: [{subjects: [a], right: write, names: []}]}", "auth.rules[0].names"},
      {"auth: {rules: [{subjects: [a], right: write, managers: []}]}", "auth.rules[0].managers"},
      {"auth: {anonymousRead: yes}", "auth.anonymousRead"},
      {"auth: {anonymousRead: True}", "auth.anonymousRead"},
      {"storage:\n  path: |\n    /a\n", "storage.path"},
      {"storage: {path: '/a '}", "storage.path"},
      {"storage: {path: \"/a\\u0000\"}", "storage.path"},
      {"naming: {allow: ['a ']}", "naming.allow"},
      {"limits: {tools: 010}", "limits.tools"},
      {"limits: {tools: 0x10}", "limits.tools"},
      {"limits: {tools: 1_000}", "limits.tools"},
      {"limits: {tools: 1e3}", "limits.tools"},
      {"limits: {tools: +5}", "limits.tools"},
      {"limits: {tools: 5.0}", "limits.tools"},
      {"limits: {tools: 1KiB}", "limits.tools"},
      {"limits: {? [a, b] : 1}", "limits"},
      {"<<: {logLevel: warn}", "<<"},
  };
  for (const auto& [text, field] : cases) {
    CAPTURE(text);
    const auto refused = parse_config(text);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().field == field);
  }
  for (const char* idle : {"1.5s", "1h30m", "-5s", "05s", "5S", "5 s", "5"}) {
    CAPTURE(idle);
    CHECK(parse_server_config("timeouts: {idle: " + std::string(idle) + "}").error().field ==
          "timeouts.idle");
  }
}

TEST_CASE("a cache is for a database, and says where it is without a password") {
  const std::string database = "database: {host: db}\n";
  auto config = parse_config(
      database + "cache: {redis: {url: 'rediss://me@redis:7000/2', caFile: /ca, ttl: 48h, timeout: 200ms}}");
  REQUIRE(config.ok());
  CHECK(config->store.cache.used());
  CHECK(config->store.cache.ca_file == "/ca");
  CHECK(config->store.cache.ttl == std::chrono::hours(48));
  CHECK(config->store.cache.timeout == std::chrono::milliseconds(200));
  const auto address = redis::address_of(config->store.cache);
  REQUIRE(address.ok());
  CHECK(address->tls);
  CHECK(address->host == "redis");
  CHECK(address->port == "7000");
  CHECK(address->user == "me");
  CHECK(address->database == "2");
  CHECK_FALSE(parse_config(database)->store.cache.used());

  const std::pair<const char*, const char*> cases[] = {
      {"{ttl: 1h}", "cache.redis.url"},
      {"{url: 'redis://a', urlFile: /b}", "cache.redis.url"},
      {"{url: 'http://a'}", "cache.redis.url"},
      {"{url: 'redis://'}", "cache.redis.url"},
      {"{url: 'redis://a:b'}", "cache.redis.url"},
      {"{url: 'redis://a/b'}", "cache.redis.url"},
      {"{url: 'redis://[::1'}", "cache.redis.url"},
      {"{url: 'redis://:%zz@a'}", "cache.redis.url"},
      {"{url: 'redis://:secret@a'}", "cache.redis.url"},
      {"{url: 'redis://a', caFile: /b}", "cache.redis.caFile"},
      {"{url: 'redis://a', ttl: 9000h}", "cache.redis.ttl"},
      {"{url: 'redis://a', timeout: 2h}", "cache.redis.timeout"},
      {"{url: 'redis://a', password: b}", "cache.redis.password"},
  };
  for (const auto& [text, field] : cases) {
    CAPTURE(text);
    auto refused = parse_config(database + "cache: {redis: " + text + "}");
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().field == field);
    CHECK(refused.error().detail.find("secret") == std::string::npos);
  }
  CHECK(parse_config("cache: {redis: {url: 'redis://a'}}").error().field == "cache.redis");
  CHECK(redis::address_of(parse_config(database + "cache: {redis: {url: 'redis://[::1]:1'}}")->store.cache)
            ->host == "::1");
}

TEST_CASE("a file's value is its one line, without a byte order mark and the line ends behind it") {
  const std::string path = "/tmp/value-file-" + std::to_string(::getpid());
  const auto read = [&path](const std::string& content) {
    std::ofstream(path, std::ios::binary) << content;
    return read_value_file(path, "database.passwordFile");
  };
  for (const char* content : {"secret", "secret\n", "secret\r\n", "secret\n\n", "\xef\xbb\xbfsecret\n"}) {
    CAPTURE(content);
    const auto value = read(content);
    REQUIRE(value.ok());
    CHECK(*value == "secret");
  }
  CHECK(*read(" blanks may be meant \n") == " blanks may be meant ");
  for (const std::string& content : {std::string(), std::string("\n"), std::string("secret\nsecond\n"),
                                     std::string("sec\0ret", 7), "secret" + std::string(64 << 10, 'x')}) {
    CAPTURE(content.size());
    const auto refused = read(content);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Code::Unavailable);
    CHECK(refused.error().detail.find(path) != std::string::npos);
    CHECK(refused.error().detail.find("database.passwordFile") != std::string::npos);
    CHECK(refused.error().detail.find("secret") == std::string::npos);
  }
  ::unlink(path.c_str());
  CHECK_FALSE(read_value_file(path, "database.passwordFile").ok());
}

TEST_CASE("authorities for a Redis server whose URL does not ask for TLS are an error") {
  const std::string path = "/tmp/redis-url-" + std::to_string(::getpid());
  redis::RedisOptions options;
  options.url_file = path;
  options.ca_file = "/ca";
  std::ofstream(path) << "redis://redis:6379/0 \n";
  CHECK_FALSE(redis::address_of(options).ok());
  std::ofstream(path) << "rediss://redis:6379/3 \n";
  const auto address = redis::address_of(options);
  ::unlink(path.c_str());
  REQUIRE(address.ok());
  CHECK(address->database == "3");
}
