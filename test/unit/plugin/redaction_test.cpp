#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "controller/plugin/redacted_object.hpp"
#include "controller/plugin/redacted_text.hpp"
#include "controller/plugin/secret_name.hpp"

using namespace toolhive;
using namespace toolhive::plugin;

TEST_CASE("a name is secret by what it says, however it is written") {
  for (const char* name :
       {"DB_PASSWORD", "apiKey", "API-KEY", "token", "AWS_SECRET_ACCESS_KEY", "Authorization", "X-Auth",
        "client_secret", "ENCRYPTION_KEY", "Set-Cookie", "SENTRY_DSN", "PGPASSWD"})
    CHECK_MESSAGE(is_secret_name(name), name);
  for (const char* name : {"tokenURL", "secretName", "secretKeyRef", "PASSWORD_FILE", "key", "topologyKey",
                           "name", "LOG_LEVEL", "replicas", "authentication", "author"})
    CHECK_MESSAGE(!is_secret_name(name), name);
}

TEST_CASE("texts lose what lets somebody in and keep the rest") {
  struct Row {
    const char* text;
    const char* left;
  };
  const Row rows[] = {
      {"Authorization: Bearer abc.def", "Authorization: Bearer [redacted]"},
      {"sent bearer abcdef to it", "sent bearer [redacted] to it"},
      {"got eyJhbGciOi.eyJzdWIi.c2ln-_x now", "got [redacted] now"},
      {"postgres://user:p@ss@db:5432/x", "postgres://[redacted]@db:5432/x"},
      {"https://example.com/a?b=c", "https://example.com/a?b=c"},
      {"https://example.com/?token=abc&x=1", "https://example.com/?token=[redacted]&x=1"},
      {"password=hush, user=me", "password=[redacted], user=me"},
      {R"({"password": "two words", "user": "me"})", R"({"password": "[redacted]", "user": "me"})"},
      {R"({\"token\":\"abc\",\"a\":1})", R"({\"token\":\"[redacted]\",\"a\":1})"},
      {R"("password": "a\"b", "x")", R"("password": "[redacted]", "x")"},
      {R"({\"token\":\"a\\\"b\",\"a\":1})", R"({\"token\":\"[redacted]\",\"a\":1})"},
      {"api_key='a b'", "api_key='[redacted]'"},
      {"DB_PASSWORD: hush", "DB_PASSWORD: [redacted]"},
      {"a -----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY----- b", "a [redacted] b"},
      {"cut -----BEGIN PRIVATE KEY-----\nMHc", "cut [redacted]"},
      {"-----BEGIN CERTIFICATE-----\nMIIB", "-----BEGIN CERTIFICATE-----\nMIIB"},
      {"ghp_0123456789abcdefghij here", "[redacted] here"},
      {"the token is gone", "the token is gone"},
      {R"("auth": {"mode": "None"})", R"("auth": {"mode": "None"})"},
      {"", ""},
  };
  for (const Row& row : rows) CHECK(redacted_text(row.text) == row.left);
}

TEST_CASE("objects lose values with secret names, headers, flags and what was applied last") {
  const Json object = Json::parse(R"({
    "metadata": {"name": "x", "managedFields": [{}], "annotations":
      {"kubectl.kubernetes.io/last-applied-configuration": "{\"value\": \"hush1\"}", "note": "Bearer hush2"}},
    "spec": {"template": {"containers": [{
      "env": [{"name": "API_KEY", "value": "hush3"}, {"name": "MODE", "value": "fast"},
              {"name": "DB", "valueFrom": {"secretKeyRef": {"name": "db", "key": "uri"}}}],
      "args": ["--listen", ":80", "--token", "hush4", "--password=hush5"]}]},
      "server": {"remote": {"url": "https://me:hush6@example.com/mcp", "headers": [{"name": "X-Team", "value": "hush7"}]}},
      "token": "hush8"}})");
  const std::string left = redacted_object(object).dump();
  CHECK_MESSAGE(left.find("hush") == std::string::npos, left);
  for (const char* kept : {"\"fast\"", "\"uri\"", "\"db\"", ":80", "X-Team", "example.com/mcp"})
    CHECK_MESSAGE(left.find(kept) != std::string::npos, kept);
  CHECK(left.find("managedFields") == std::string::npos);
}

TEST_CASE("redaction takes time in proportion to the text") {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "-----BEGIN token=\"://";
  CHECK(redacted_text(text).size() <= text.size() * 2);
}
