#include "controller/plugin/secret_name.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace toolhive::plugin {

namespace {

constexpr std::string_view kSecretParts[] = {"token",         "password", "passwd",     "passphrase",
                                             "pwd",           "secret",   "credential", "connectionstring",
                                             "authorization", "cookie",   "signature"};
constexpr std::string_view kSecretEnds[] = {"auth", "key", "dsn"};
// Ends of names that say where a secret is, or what sort of one, and keys that everybody may know.
constexpr std::string_view kHarmlessEnds[] = {"url",  "uri",    "name",     "ref",       "path",       "file",
                                              "type", "issuer", "audience", "publickey", "topologykey"};

// Small letters and digits alone: "API_KEY", "api-key" and "apiKey" are the same name.
std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

bool is_secret_name(std::string_view name) {
  const std::string text = plain(name);
  const auto ends_so = [&](std::string_view end) { return text.ends_with(end); };
  if (std::any_of(std::begin(kHarmlessEnds), std::end(kHarmlessEnds), ends_so)) return false;
  // "key" alone is what a Secret, a ConfigMap or a toleration calls a name.
  if (text != "key" && std::any_of(std::begin(kSecretEnds), std::end(kSecretEnds), ends_so)) return true;
  return std::any_of(std::begin(kSecretParts), std::end(kSecretParts),
                     [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

}  // namespace toolhive::plugin
