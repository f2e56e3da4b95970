// Sets of keys, and signatures: what is taken has a key that works, and no bytes that were found by
// chance are a signature.
#include <cstdint>
#include <string>
#include <string_view>

#include "registry/auth/issuer.hpp"
#include "registry/auth/public_key.hpp"
#include "test/fuzz/require.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::auth;
using toolhive::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto keys = parse_key_set(text);
  if (keys) {
    for (const auto& key : *keys) {
      require(key.key != nullptr);
      for (const char* name : {"RS256", "PS384", "ES256", "ES384", "EdDSA"}) {
        const auto algorithm = *parse_algorithm(name);
        for (const std::size_t length : {std::size_t{0}, std::size_t{64}, std::size_t{96}, std::size_t{256}})
          require(!verify_signature(algorithm, key, "text", text.substr(0, length)));
      }
    }
  }
  // As a discovery document, with the keys behind it.
  const auto line = text.find('\n');
  const auto fetch = [&](const std::string& url) -> Result<std::string> {
    if (url == "https://i/.well-known/openid-configuration") return std::string(text.substr(0, line));
    require(is_safe_url(url));
    return std::string(line == text.npos ? std::string_view() : text.substr(line + 1));
  };
  const auto fetched = fetch_keys("https://i", fetch);
  require(fetched.ok() ? !fetched->empty() : !fetched.error().detail.empty());
  return 0;
}
