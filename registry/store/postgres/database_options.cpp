#include "registry/store/postgres/database_options.hpp"

#include <libpq-fe.h>

#include <memory>

namespace toolhive::registry::postgres {
namespace {

Error invalid(std::string field, std::string detail) {
  return {Code::Invalid, std::move(detail), std::move(field)};
}

Result<void> check_url(const std::string& url) {
  // libpq's own message would repeat the URL, and with it a password.
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
      PQconninfoParse(url.c_str(), nullptr), &PQconninfoFree);
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://"))
    return invalid("url", "must begin with postgresql://");
  if (parsed == nullptr)
    return invalid(
        "url", "is not a URL that PostgreSQL's clients read: postgresql://user@host:5432/name?sslmode=...");
  for (const auto* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->keyword == std::string_view("password") && option->val != nullptr) {
      return invalid(
          "url",
          "holds a password, and a configuration is no place for one; put the password into a file and "
          "name it in passwordFile, or the whole URL and name it in urlFile");
    }
  }
  return {};
}

}  // namespace

std::string DatabaseOptions::display() const {
  if (!url.empty()) return "the database of database.url";
  if (!url_file.empty()) return "the database of " + url_file;
  return "the database " + name + " at " + host + ":" + std::to_string(port);
}

Result<void> check(const DatabaseOptions& options) {
  const int ways =
      (options.url.empty() ? 0 : 1) + (options.url_file.empty() ? 0 : 1) + (options.host.empty() ? 0 : 1);
  if (ways != 1) return invalid("host", "give one of host, url and urlFile: where the database is");
  if (!options.url.empty()) {
    if (auto ok = check_url(options.url); !ok) return ok;
  }
  if (options.ssl_mode.starts_with("verify") && options.ca_file.empty() && !options.host.empty()) {
    return invalid("caFile", "is missing; sslMode " + options.ssl_mode +
                                 " needs the certificates of the authorities to trust");
  }
  if (options.cert_file.empty() != options.key_file.empty()) {
    return invalid(options.cert_file.empty() ? "certFile" : "keyFile",
                   "is missing; a client certificate is given by certFile and keyFile together");
  }
  return {};
}

}  // namespace toolhive::registry::postgres
