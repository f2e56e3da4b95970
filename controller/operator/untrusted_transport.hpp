// UntrustedTransport: HTTP/1.1 to a server that may be hostile, as a registry is that somebody
// else's image serves.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "controller/kube/transport/transport.hpp"

namespace toolhive {

// With kube::make_transport() the server decides how much memory its header and its chunks take,
// and its connections share a thread with those to the API server. Here each call has a connection
// of its own, without TLS, and bounds: 32 KiB of header and of a chunk's head,
// HttpRequest::max_reply of body, and the context's deadline from the resolution of the name to the
// last byte. Redirects are not followed. Thread-safe.
class UntrustedTransport final : public kube::Transport {
 public:
  // A bearer token for one call; without one, the call fails with its error.
  using Bearer = std::function<StatusOr<std::string>(const Context& ctx)>;

  // `bearer` empty: calls have no credentials.
  UntrustedTransport(std::string host, int port, Bearer bearer = {});

  // Besides Transport's own errors: Decode when the answer is not HTTP/1.x or beyond its bounds.
  StatusOr<kube::HttpResponse> send(const Context& ctx, const kube::HttpRequest& request) override;
  // Invalid: streams are the API server's.
  StatusOr<std::unique_ptr<kube::LineStream>> stream(const Context& ctx, const kube::HttpRequest& request,
                                                     const StreamOptions& options) override;

 private:
  const std::string host_;
  const std::string port_;
  const Bearer bearer_;
};

}  // namespace toolhive
