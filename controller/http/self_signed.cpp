#include "controller/http/self_signed.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <memory>

#include "controller/base/free_with.hpp"
#include "controller/base/x509.hpp"

namespace toolhive::http {
namespace {

using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;

constexpr long kBackdated = -3600;  // clocks differ
constexpr int kDays = 3650;

}  // namespace

StatusOr<PemPair> make_self_signed(const std::vector<std::string>& dns_names) {
  if (dns_names.empty()) return Status(Code::Invalid, "a self-signed certificate needs a name");
  const Key key(EVP_EC_gen("P-256"));
  const Certificate made(X509_new());
  const bool good = key && made && X509_set_version(made.get(), X509_VERSION_3) == 1 &&
                    x509::set_random_serial(made.get()) &&
                    X509_gmtime_adj(X509_getm_notBefore(made.get()), kBackdated) != nullptr &&
                    X509_time_adj_ex(X509_getm_notAfter(made.get()), kDays, 0, nullptr) != nullptr &&
                    X509_set_pubkey(made.get(), key.get()) == 1 &&
                    x509::set_common_name(made.get(), dns_names.front()) &&
                    X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) == 1 &&
                    x509::set_dns_names(made.get(), dns_names) &&
                    x509::add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                    x509::add_extension(made.get(), made.get(), NID_key_usage, "critical,digitalSignature") &&
                    x509::add_extension(made.get(), made.get(), NID_ext_key_usage, "serverAuth") &&
                    X509_sign(made.get(), key.get(), EVP_sha256()) > 0;
  PemPair pair;
  if (good) pair = {x509::to_pem(made.get()), x509::to_pem(key.get())};
  ERR_clear_error();
  if (pair.certificate.empty() || pair.key.empty())
    return Status(Code::Internal, "OpenSSL cannot make a self-signed certificate");
  return pair;
}

}  // namespace toolhive::http
