#include "registry/store/redis/redis_options.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "controller/base/percent.hpp"
#include "registry/base/value_file.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry::redis {
namespace {

constexpr char kForm[] = "redis://user@host:6379/0, or rediss:// for TLS";

Error invalid(std::string field, std::string detail) {
  return {Code::Invalid, std::move(detail), std::move(field)};
}

// None for a broken escape.
std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool is_number(std::string_view text, std::size_t digits) {
  return !text.empty() && text.size() <= digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// None for what is no URL of Redis.
std::optional<Address> parse_address(std::string_view url) {
  Address address;
  address.tls = url.starts_with("rediss://");
  if (!address.tls && !url.starts_with("redis://")) return std::nullopt;
  url.remove_prefix(url.find("://") + 3);
  const auto slash = url.find('/');
  auto authority = url.substr(0, slash);
  if (const auto at = authority.rfind('@'); at != authority.npos) {
    const auto login = authority.substr(0, at);
    const auto colon = login.find(':');
    auto user = unescape(login.substr(0, colon));
    auto password = colon == login.npos ? std::string() : unescape(login.substr(colon + 1));
    if (!user || !password) return std::nullopt;
    address.user = std::move(*user);
    address.password = std::move(*password);
    authority.remove_prefix(at + 1);
  }
  auto rest = std::string_view();
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == authority.npos) return std::nullopt;
    address.host = authority.substr(1, end - 1);
    rest = authority.substr(end + 1);
  } else {
    const auto end = std::min(authority.find(':'), authority.size());
    address.host = authority.substr(0, end);
    rest = authority.substr(end);
  }
  if (address.host.empty()) return std::nullopt;
  if (!rest.empty()) {
    if (rest.front() != ':' || !is_number(rest.substr(1), 5)) return std::nullopt;
    address.port = rest.substr(1);
  }
  if (slash != url.npos && slash + 1 < url.size()) {
    if (!is_number(url.substr(slash + 1), 5)) return std::nullopt;
    address.database = url.substr(slash + 1);
  }
  return address;
}

}  // namespace

std::string RedisOptions::display() const {
  return url.empty() ? "the Redis server of " + url_file : "the Redis server of cache.redis.url";
}

Result<void> check(const RedisOptions& options) {
  if (options.url.empty() == options.url_file.empty())
    return invalid("url", "give one of url and urlFile: where the Redis server is");
  if (options.url.empty()) return {};
  const auto address = parse_address(options.url);
  if (!address) return invalid("url", std::string("must be a URL such as ") + kForm);
  if (!address->password.empty()) {
    return invalid(
        "url",
        "holds a password, and a configuration is no place for one; put the password into a file and "
        "name it in passwordFile, or the whole URL and name it in urlFile");
  }
  if (!address->tls && !options.ca_file.empty())
    return invalid("caFile", "is for TLS, and the URL does not ask for that; let it begin with rediss://");
  return {};
}

Result<Address> address_of(const RedisOptions& options) {
  std::string url = options.url;
  if (!options.url_file.empty()) {
    auto text = read_value_file(options.url_file, "cache.redis.urlFile");
    if (!text) return text.take_error();
    url = trim(*text);
  }
  auto address = parse_address(url);
  if (!address) {
    return Error{Code::Unavailable,
                 options.url_file + " (cache.redis.urlFile) does not hold a URL such as " + kForm};
  }
  if (!address->tls && !options.ca_file.empty()) {
    return Error{Code::Unavailable,
                 options.url_file +
                     " (cache.redis.urlFile) does not ask for TLS, and cache.redis.caFile is for it; "
                     "let the URL begin with rediss://"};
  }
  if (!options.password_file.empty()) {
    auto password = read_value_file(options.password_file, "cache.redis.passwordFile");
    if (!password) return password.take_error();
    address->password = std::move(*password);
  }
  return std::move(*address);
}

}  // namespace toolhive::registry::redis
