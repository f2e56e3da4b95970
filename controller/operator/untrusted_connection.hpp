// UntrustedConnection: one HTTP/1.1 connection to a registry, for one request after another.
// Internal: includes Boost.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/transport/transport.hpp"
#include "controller/operator/client_certificate.hpp"
#include "controller/operator/secured_stream.hpp"
#include "controller/operator/seen_certificate.hpp"

namespace toolhive {

// Everything happens on the thread that calls, which it blocks until `ctx` ends at the latest;
// between calls it has no thread. What did not end in time is abandoned with the object. One thread
// at a time.
class UntrustedConnection {
 public:
  using Message = boost::beast::http::request<boost::beast::http::string_body>;

  using OwnCertificate = std::function<StatusOr<ClientCertificate>(const Context& ctx)>;

  explicit UntrustedConnection(TimePoint made) : made_(made) {}

  // Before open(): it is to speak to nobody but `host` as `authorities`, in PEM, know it. `seen` is
  // told of whom it met. `own` is what it shows where it is asked for a certificate, once the other's
  // is trusted; empty: nothing. Unavailable where there is nothing to trust in the authorities.
  Status secure(const std::string& authorities, const std::string& host,
                std::shared_ptr<SeenCertificate> seen, OwnCertificate own);
  // Once. The name is resolved by the system on the calling thread, which no deadline interrupts.
  Status open(const Context& ctx, const std::string& host, const std::string& port);

  struct Answer {
    StatusOr<kube::HttpResponse> response;
    bool heard = false;  // a byte of an answer came
  };
  // After open(). Errors as those of Transport; Decode when the answer is not HTTP/1.x, TooLarge
  // when its body has more than `max_reply` bytes.
  Answer ask(const Context& ctx, const Message& message, std::size_t max_reply);

  // Before ask(), on a connection that was kept. Whoever is gone without a word would else be
  // waited for until the deadline: what is sent must then be acknowledged within seconds, by the
  // peer's kernel, however long its answer takes.
  void expect_acknowledgements(bool expected);
  // Whether a request may follow the last one: its answer was read to the end, nothing came after
  // that, the peer holds the connection open, and the certificate that it showed has not expired.
  bool may_serve_another(WallTime now);
  TimePoint made() const { return made_; }

 private:
  // Runs what `begin` starts, which is given the function to call with its outcome, until it ends.
  template <class Begin>
  Status await(const Context& ctx, Begin begin);
  Status shake_hands(const Context& ctx);

  const TimePoint made_;
  boost::asio::io_context io_{1};
  boost::beast::tcp_stream stream_{io_};
  std::optional<SecuredStream> secured_;   // absent: plain
  std::shared_ptr<SeenCertificate> seen_;  // with TLS
  OwnCertificate own_;
  WallTime not_after_ = WallTime::max();  // of the certificate
  bool whole_ = false;                    // the last answer was, and the peer wants to go on
};

}  // namespace toolhive
