#include "controller/base/certificate_bundle.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <utility>

#include "controller/base/x509.hpp"

namespace toolhive {

StatusOr<std::vector<OwnedCertificate>> read_certificate_bundle(const std::string& pem) {
  const std::unique_ptr<BIO, FreeWith<BIO_free_all>> source(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::vector<OwnedCertificate> bundle;
  ERR_clear_error();
  while (source && bundle.size() <= kMostAuthorities) {
    OwnedCertificate next(PEM_read_bio_X509(source.get(), nullptr, x509::no_password, nullptr));
    if (!next) break;
    bundle.push_back(std::move(next));
  }
  // Only at the end of the text there is nothing to begin with.
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  // What is left in the thread's list of errors would be taken for one of its next TLS connection.
  ERR_clear_error();
  if (bundle.size() > kMostAuthorities)
    return Status(Code::Invalid, "it holds more than " + std::to_string(kMostAuthorities) + " certificates");
  if (!ended)
    return Status(Code::Invalid,
                  "certificate " + std::to_string(bundle.size() + 1) + " in it cannot be read");
  if (bundle.empty()) return Status(Code::Invalid, "it holds no certificate in PEM");
  if (name_bytes(bundle) > kMostNameBytes)
    return Status(Code::Invalid, "the names in it take more than " + std::to_string(kMostNameBytes >> 10) +
                                     " KiB, which no TLS client is told");
  return bundle;
}

std::size_t name_bytes(const std::vector<OwnedCertificate>& bundle) {
  constexpr std::size_t kLengthBytes = 2;
  std::size_t bytes = 0;
  for (const OwnedCertificate& certificate : bundle) {
    const int size = i2d_X509_NAME(X509_get_subject_name(certificate.get()), nullptr);
    bytes += kLengthBytes + static_cast<std::size_t>(size > 0 ? size : 0);
  }
  return bytes;
}

}  // namespace toolhive
