// A server's certificate chain and private key, read from PEM files and exchangeable while the
// server runs.
#pragma once

#include "controller/base/clock.hpp"
#include "controller/base/status.hpp"
#include "controller/http/tls.hpp"

#include <memory>
#include <string>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace toolhive::http {

// Thread safe.
class TlsCertificate final : public Tls {
 public:
  // Reads a chain (leaf first) and its unencrypted key, as in the files tls.crt and tls.key of a
  // Kubernetes TLS secret. With files of authorities clients are asked for a certificate of one in
  // any of them: who shows none is let in (Options::without_certificate decides what for), who shows
  // another is not. A failure says which file is wrong and why; key material is never part of it.
  static StatusOr<std::shared_ptr<TlsCertificate>> load(
      std::string certificate_file, std::string key_file,
      std::vector<std::string> client_authorities_files = {});
  // The same, but while neither file exists a self-signed certificate for `dns_names` is used,
  // which gives way to the files when they come. For certificates that a cluster may or may not
  // provide. With empty file names: for good.
  static StatusOr<std::shared_ptr<TlsCertificate>> load_or_self_signed(
      std::string certificate_file, std::string key_file, const std::vector<std::string>& dns_names);
  bool self_signed() const;  // whether a certificate made here is in use
  // When the first certificate of the chain in use to expire does; the epoch for one made here.
  WallTime not_after() const;
  // Whether the files hold something since the last look at them that cannot be used.
  bool stale() const;

  // Reads the files again. A failure leaves the previous pair in use. A server does this by
  // itself.
  StatusOr<Reload> reload() override;

  // The current pair as a TLS 1.2 and 1.3 server context; connections keep the one they started
  // with.
  std::shared_ptr<boost::asio::ssl::context> context() const;
  std::unique_ptr<Stream> make_stream(ConnectedSocket socket) const override;

  ~TlsCertificate() override;
  TlsCertificate(const TlsCertificate&) = delete;
  TlsCertificate& operator=(const TlsCertificate&) = delete;

 private:
  TlsCertificate();
  StatusOr<Reload> load_files();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toolhive::http
