// SecuredStream: TLS over a connection to a registry. Internal: includes Boost.
#pragma once

#include <boost/asio/ssl.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <functional>
#include <optional>
#include <string>

#include "controller/base/status.hpp"
#include "controller/operator/client_certificate.hpp"
#include "controller/operator/seen_certificate.hpp"

namespace toolhive {

// It is the registry's only once that has shown a certificate of one of the authorities. Not
// thread-safe.
class SecuredStream {
 public:
  using Stream = boost::asio::ssl::stream<boost::beast::tcp_stream&>;

  // `stream` must outlive it.
  explicit SecuredStream(boost::beast::tcp_stream& stream);

  // Lets a handshake succeed with nobody but `host` as `authorities`, in PEM, know it. False where
  // there is nothing to trust in them.
  bool prepare(const std::string& authorities, const std::string& host);
  using Own = std::function<StatusOr<ClientCertificate>()>;
  // `own` is asked where the registry asks for a certificate, and not before it has shown its own.
  // Empty, of what was given before: nothing is shown any more. After prepare().
  void show(Own own);
  // Why there was nothing to show.
  const Status& nothing_to_show() const { return nothing_to_show_; }
  // Of the certificate that a handshake showed. Nothing: it ended before there was one to judge.
  std::optional<CertificateSight> sight(bool succeeded);
  // Whether bytes have come that nobody read.
  bool has_pending();
  // After prepare().
  Stream& stream() { return *secured_; }

 private:
  static int give_own(SSL* connection, void* self);

  boost::asio::ssl::context context_;
  boost::beast::tcp_stream& stream_;
  std::optional<Stream> secured_;
  Own own_;
  Status nothing_to_show_;
};

}  // namespace toolhive
