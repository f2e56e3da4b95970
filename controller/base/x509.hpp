// Parts of X.509 certificates, for those who make or read them with OpenSSL. What fails leaves its
// cause in the thread's list of errors, which is the caller's to clear. Thread-safe for different
// certificates.
#pragma once

#include <openssl/types.h>

#include <string>
#include <vector>

#include "controller/base/clock.hpp"

namespace toolhive::x509 {

// A positive number of 16 bytes (RFC 5280, section 4.1.2.2).
bool set_random_serial(X509* certificate);

// As the subject's common name, cut to the 64 bytes that it may have.
bool set_common_name(X509* certificate, const std::string& name);

// As subjectAltName.
bool set_dns_names(X509* certificate, const std::vector<std::string>& dns_names);

// `what` is a NID of OpenSSL's, and `value` as in its configuration, such as "critical,CA:FALSE".
bool add_extension(X509* certificate, X509* issuer, int what, const char* value);

// In PEM; empty when OpenSSL cannot write it. The key as PKCS #8, unencrypted.
std::string to_pem(const X509* certificate);
std::string to_pem(const EVP_PKEY* key);

// A pem_password_cb that has none; without one OpenSSL asks the terminal.
int no_password(char* buffer, int size, int is_write, void* user);

// The epoch for what is no time.
WallTime to_wall_time(const ASN1_TIME* time);

}  // namespace toolhive::x509
