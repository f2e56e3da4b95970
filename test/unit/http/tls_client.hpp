// Certificates made on the spot, and a blocking TLS client to look at them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace toolhive::http_test {

// A directory with tls.crt and tls.key, removed at the end.
class CertificateFiles {
 public:
  explicit CertificateFiles(const std::string& common_name);
  ~CertificateFiles();
  CertificateFiles(const CertificateFiles&) = delete;
  CertificateFiles& operator=(const CertificateFiles&) = delete;

  // Replaces both files by a new, self-signed pair.
  void renew(const std::string& common_name) const;
  std::string certificate() const { return (directory_ / "tls.crt").string(); }
  std::string key() const { return (directory_ / "tls.key").string(); }

 private:
  std::filesystem::path directory_;
};

class TlsClient {
 public:
  // `max_version` as OpenSSL has it, 0 for any; `own` is what the client shows of itself, null for
  // nothing; `ciphers` of TLS 1.2 as OpenSSL lists them, null for its own.
  explicit TlsClient(std::uint16_t port, int max_version = 0, const CertificateFiles* own = nullptr,
                     const char* ciphers = nullptr);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  bool connected() const;
  std::string peer_name() const;
  std::string protocol() const;  // chosen by ALPN
  bool send(std::string_view bytes);
  // Reads until `bytes` have come, or the end; at most five seconds.
  std::string read(std::size_t bytes);
  // Whether the server ended the stream with a close_notify.
  bool ended_properly();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toolhive::http_test
