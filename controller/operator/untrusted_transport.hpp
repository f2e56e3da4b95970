// UntrustedTransport: HTTP/1.1 to a server that may be hostile, as a registry is that somebody
// else's image serves.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "controller/kube/transport/transport.hpp"
#include "controller/operator/client_certificate.hpp"
#include "controller/operator/idle_connections.hpp"
#include "controller/operator/seen_certificate.hpp"

namespace toolhive {

// With kube::make_transport() the server decides how much memory its header and its chunks take,
// and its connections share a thread with those to the API server. Here each call has a connection
// to itself, made by the thread that calls, and bounds: 32 KiB of header and of a chunk's head,
// HttpRequest::max_reply of body, and the context's deadline from the connection to the last byte.
// Redirects are not followed. Thread-safe.
//
// After an answer that was read to its end the connection waits in IdleConnections for the next
// call of this object, and of no other: it serves one host, port and name, and only as long as the
// authorities are those that it was made with. A call that finds it closed is sent once more, on a
// new connection, when no byte of an answer came and its method is idempotent (RFC 9110, 9.2.2);
// other methods use only connections that were in use a moment ago. It is for registries, whose
// Service the operator names: there is no policy of addresses here, and MCP servers, which tool
// owners name, are asked by mcp::HttpClient with a connection for each request.
class UntrustedTransport final : public kube::Transport {
 public:
  // A bearer token for one call; without one, the call fails with its error.
  using Bearer = std::function<StatusOr<std::string>(const Context& ctx)>;

  // How it knows that it is the registry that answers, and the registry that it is the operator.
  struct Tls {
    // In PEM; without them, the call fails with their error.
    std::function<StatusOr<std::string>(const Context& ctx)> authorities;
    std::shared_ptr<SeenCertificate> seen;  // is told what came of each handshake; never null
    // What a registry is shown that asks for a certificate, once its own is trusted; without one, the
    // call fails with its error. Empty: nothing is shown.
    std::function<StatusOr<ClientCertificate>(const Context& ctx)> own = {};
  };

  // `bearer` empty: calls have no credentials. Without `tls` they are plain; with it nothing is
  // sent to a server that does not show a certificate of one of the authorities for `host`. `idle`
  // may be shared with others, so that one bound holds for all; null: it has one of its own.
  UntrustedTransport(std::string host, int port, Bearer bearer = {}, std::optional<Tls> tls = {},
                     std::shared_ptr<IdleConnections> idle = {});
  ~UntrustedTransport() override;
  UntrustedTransport(const UntrustedTransport&) = delete;
  UntrustedTransport& operator=(const UntrustedTransport&) = delete;

  // Besides Transport's own errors: Decode when the answer is not HTTP/1.x or beyond its bounds.
  StatusOr<kube::HttpResponse> send(const Context& ctx, const kube::HttpRequest& request) override;
  // Invalid: streams are the API server's.
  StatusOr<std::unique_ptr<kube::LineStream>> stream(const Context& ctx, const kube::HttpRequest& request,
                                                     const StreamOptions& options) override;

 private:
  StatusOr<kube::HttpResponse> exchange(const Context& ctx, const kube::HttpRequest& request,
                                        const std::string& bearer);
  // A number for these authorities, another one than for those of the call before if they differ.
  std::uint64_t trust_in(const std::string& authorities);

  const std::string host_;
  const std::string port_;
  const Bearer bearer_;
  const std::optional<Tls> tls_;
  const std::shared_ptr<IdleConnections> idle_;  // never null
  std::mutex mutex_;
  std::string authorities_;  // guarded by mutex_; of the last call
  std::uint64_t trust_ = 0;  // guarded by mutex_; grows with each change of authorities_
};

}  // namespace toolhive
