#include "controller/mcp/http/trust.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>

namespace toolhive::mcp {

StatusOr<std::shared_ptr<const Trust>> Trust::load(const std::string& pem) {
  if (!pem.empty()) return read(pem);
  // Read once: some hundred kilobytes that every client of a process would have for itself.
  static const StatusOr<std::shared_ptr<const Trust>> system = read({});
  return system;
}

StatusOr<std::shared_ptr<const Trust>> Trust::read(const std::string& pem) {
  std::shared_ptr<Trust> trust(new Trust);
  SSL_CTX* const context = trust->context_.native_handle();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  boost::system::error_code failed;
  if (pem.empty()) {
    trust->context_.set_default_verify_paths(failed);
  } else {
    trust->context_.add_certificate_authority(boost::asio::buffer(pem), failed);
  }
  ERR_clear_error();
  if (failed) return Status(Code::Invalid, "the CA holds no PEM certificate of an authority");
  return std::shared_ptr<const Trust>(std::move(trust));
}

void Trust::expect(SSL* session, const std::string& host) {
  X509_VERIFY_PARAM* const rules = SSL_get0_param(session);
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  if (!no_address) {
    X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
    return;
  }
  X509_VERIFY_PARAM_set_hostflags(rules,
                                  X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size());
  SSL_set_tlsext_host_name(session, host.c_str());
}

std::string Trust::refusal(const SSL* session) {
  const long result = SSL_get_verify_result(session);
  if (result == X509_V_OK) return {};
  return std::string("its certificate was refused: ") + X509_verify_cert_error_string(result);
}

}  // namespace toolhive::mcp
