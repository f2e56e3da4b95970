// UntrustedTransport: HTTP/1.1 to a server that may be hostile, as a registry is that somebody
// else's image serves.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "controller/kube/transport/transport.hpp"
#include "controller/operator/seen_certificate.hpp"

namespace toolhive {

// With kube::make_transport() the server decides how much memory its header and its chunks take,
// and its connections share a thread with those to the API server. Here each call has a connection
// of its own and bounds: 32 KiB of header and of a chunk's head,
// HttpRequest::max_reply of body, and the context's deadline from the resolution of the name to the
// last byte. Redirects are not followed. Thread-safe.
class UntrustedTransport final : public kube::Transport {
 public:
  // A bearer token for one call; without one, the call fails with its error.
  using Bearer = std::function<StatusOr<std::string>(const Context& ctx)>;

  // How it knows that it is the registry that answers.
  struct Tls {
    // In PEM; without them, the call fails with their error.
    std::function<StatusOr<std::string>(const Context& ctx)> authorities;
    std::shared_ptr<SeenCertificate> seen;  // is told what came of each handshake; never null
  };

  // `bearer` empty: calls have no credentials. Without `tls` they are plain; with it nothing is
  // sent to a server that does not show a certificate of one of the authorities for `host`.
  UntrustedTransport(std::string host, int port, Bearer bearer = {}, std::optional<Tls> tls = {});

  // Besides Transport's own errors: Decode when the answer is not HTTP/1.x or beyond its bounds.
  StatusOr<kube::HttpResponse> send(const Context& ctx, const kube::HttpRequest& request) override;
  // Invalid: streams are the API server's.
  StatusOr<std::unique_ptr<kube::LineStream>> stream(const Context& ctx, const kube::HttpRequest& request,
                                                     const StreamOptions& options) override;

 private:
  const std::string host_;
  const std::string port_;
  const Bearer bearer_;
  const std::optional<Tls> tls_;
};

}  // namespace toolhive
