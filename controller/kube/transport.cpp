#include "controller/kube/transport.hpp"

#include <cpprest/http_client.h>
#include <sys/stat.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>
#include <vector>

#include "controller/kube/credentials.hpp"
#include "controller/kube/exchange.hpp"
#include "controller/kube/server_url.hpp"
#include "controller/kube/tls.hpp"
#include "controller/kube/transport_error.hpp"
#include "controller/kube/transport_runtime.hpp"
#include "controller/kube/transport_streams.hpp"
#include "controller/kube/waiting.hpp"

namespace kube {

namespace {

using web::http::client::http_client;
using web::http::client::http_client_config;

// A reply larger than this is a defect of the server, not data.
constexpr std::size_t kLargestReply = 512U << 20;
constexpr std::size_t kUnlimited = static_cast<std::size_t>(-1);
constexpr Duration kFileCheckInterval = std::chrono::seconds(10);
constexpr std::size_t kLargestErrorBody = 1U << 20;

// What of a file changes when its content does, also behind the symbolic links of a mounted Secret.
std::string file_stamp(const std::string& path) {
  struct stat info {};
  if (path.empty() || stat(path.c_str(), &info) != 0) return "-";
  return std::to_string(info.st_dev) + ":" + std::to_string(info.st_ino) + ":" +
         std::to_string(info.st_size) + ":" + std::to_string(info.st_mtim.tv_sec) + "." +
         std::to_string(info.st_mtim.tv_nsec);
}

// The connections made with one set of certificates.
struct Session {
  std::shared_ptr<const Tls> tls;  // null without TLS
  std::unique_ptr<http_client> client;
  std::string stamp;  // of the certificates' sources
  std::atomic<bool> spoiled = false;
};

// A request that was sent and whose reply is awaited. Abandoned when it is destroyed before the reply's end.
class Flight {
 public:
  Flight(std::shared_ptr<Session> session, std::shared_ptr<Exchange> exchange)
      : session_(std::move(session)), exchange_(std::move(exchange)) {}
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;
  ~Flight() { abandon(); }

  void abandon() {
    exchange_->close();
    if (exchange_->finished()) return;
    // On the pool's thread: closing a TLS connection races with what that thread does to it.
    run_on_pool([cancel = cancel_] { cancel.cancel(); });
  }

  Exchange& exchange() { return *exchange_; }
  const Session& session() const { return *session_; }
  pplx::cancellation_token token() const { return cancel_.get_token(); }

 private:
  const std::shared_ptr<Session> session_;
  const std::shared_ptr<Exchange> exchange_;
  pplx::cancellation_token_source cancel_;
};

class ReplyLines final : public LineStream {
 public:
  ReplyLines(std::unique_ptr<Flight> flight, const Transport::StreamOptions& options)
      : flight_(std::move(flight)), options_(options) {}

  StatusOr<std::string_view> next(const Context& ctx) override {
    for (;;) {
      const std::size_t end = buffer_.find('\n', std::max(read_, searched_));
      if (end != std::string::npos) {
        const std::size_t begin = read_;
        read_ = searched_ = end + 1;
        if (end == begin) continue;
        return std::string_view(buffer_).substr(begin, end - begin);
      }
      if (buffer_.size() - read_ > options_.max_line) {
        flight_->abandon();
        end_ = Status(Code::Decode,
                      "a line of the stream is longer than " + std::to_string(options_.max_line) + " bytes");
        buffer_.clear();
        read_ = 0;
      }
      if (!end_.ok()) return end_;
      if (Status status = fill(ctx); !status.ok()) return status;
    }
  }

 private:
  Status fill(const Context& ctx) {
    buffer_.erase(0, read_);
    read_ = 0;
    searched_ = buffer_.size();
    if (!silent_since_) silent_since_ = ctx.clock.now();
    const TimePoint dead = *silent_since_ + options_.idle_limit;
    Status status = flight_->exchange().take(ctx, dead, buffer_);
    if (status.ok()) {
      silent_since_.reset();
      return status;
    }
    if (status.code() == Code::Cancelled) return status;
    if (status.code() == Code::Timeout) {
      if (ctx.clock.now() < dead) return status;
      flight_->abandon();
      end_ = Status(Code::Unavailable, "the stream was silent for " +
                                           std::to_string(options_.idle_limit.count()) +
                                           " s, so its connection counts as dead");
      return end_;
    }
    end_ = std::move(status);
    // What came before the end without a newline is the last line of an orderly end, and a torn one
    // otherwise.
    if (end_.reason() == "EndOfStream" && !buffer_.empty()) {
      buffer_.push_back('\n');
      return {};
    }
    return end_;
  }

  const std::unique_ptr<Flight> flight_;
  const Transport::StreamOptions options_;
  std::string buffer_;
  std::size_t read_ = 0;      // all before was returned
  std::size_t searched_ = 0;  // there is no newline between read_ and here
  std::optional<TimePoint> silent_since_;
  Status end_;
};

class RestTransport final : public Transport {
 public:
  RestTransport(Config config, ServerUrl url)
      : config_(std::move(config)), url_(std::move(url)), credentials_(config_) {}

  // Reads the certificates, so that what cannot work is known before the first request.
  Status prepare() {
    const std::lock_guard lock(mutex_);
    return renew_locked({});
  }

  StatusOr<HttpResponse> send(const Context& ctx, const HttpRequest& request) override {
    StatusOr<std::unique_ptr<Flight>> flight = exchange_with_retry(ctx, request, kUnlimited);
    if (!flight.ok()) return flight.status();
    return read_all(ctx, **flight, kLargestReply);
  }

  StatusOr<std::unique_ptr<LineStream>> stream(const Context& ctx, const HttpRequest& request,
                                               const StreamOptions& options) override {
    StatusOr<std::unique_ptr<Flight>> flight = exchange_with_retry(ctx, request, options.max_buffered);
    if (!flight.ok()) return flight.status();
    if ((*flight)->exchange().status() == 200)
      return std::unique_ptr<LineStream>(std::make_unique<ReplyLines>(*std::move(flight), options));
    StatusOr<HttpResponse> reply = read_all(ctx, **flight, kLargestErrorBody);
    return reply.ok() ? error_from_response(*reply) : reply.status();
  }

 private:
  // Sends and waits for the head of the reply; once more with a newer credential when the first is refused.
  StatusOr<std::unique_ptr<Flight>> exchange_with_retry(const Context& ctx, const HttpRequest& request,
                                                        std::size_t max_buffered) {
    for (bool again = true;; again = false) {
      StatusOr<Credential> credential = credentials_.get(ctx);
      if (!credential.ok()) return credential.status();
      StatusOr<std::unique_ptr<Flight>> flight = start(ctx, request, *credential, max_buffered);
      if (!flight.ok()) return flight;
      if (Status head = (*flight)->exchange().wait_head(ctx); !head.ok()) return explained(head, request);
      if ((*flight)->exchange().status() != 401 || !again || !credentials_.refused(*credential))
        return flight;
    }
  }

  StatusOr<std::unique_ptr<Flight>> start(const Context& ctx, const HttpRequest& request,
                                          const Credential& credential, std::size_t max_buffered) {
    StatusOr<std::shared_ptr<Session>> session = this->session(ctx, credential);
    if (!session.ok()) return session.status();
    const auto exchange = std::make_shared<Exchange>(max_buffered);
    auto flight = std::make_unique<Flight>(*session, exchange);
    try {
      web::http::http_request message = make_request(request, credential);
      message.set_response_stream(reply_stream(exchange));
      const auto fail = [exchange, used = *session](const std::exception_ptr& error) {
        if (spoils_pool(error)) used->spoiled = true;
        exchange->finish(transport_error(error, used->tls ? used->tls->last_refusal() : std::string()));
      };
      (*session)
          ->client->request(message, flight->token())
          .then([exchange, fail](pplx::task<web::http::http_response> task) {
            try {
              const web::http::http_response reply = task.get();
              Exchange::Headers headers;
              for (const auto& [name, value] : reply.headers()) headers.emplace(lower(name), value);
              exchange->set_head(reply.status_code(), std::move(headers));
              reply.content_ready().then([exchange, fail](pplx::task<web::http::http_response> body) {
                try {
                  body.get();
                  exchange->finish({});
                } catch (...) {
                  fail(std::current_exception());
                }
              });
            } catch (...) {
              fail(std::current_exception());
            }
          });
    } catch (const std::exception& error) {
      return Status(Code::Invalid,
                    request.method + " " + request.target + " cannot be sent: " + error.what());
    }
    return flight;
  }

  static std::string lower(std::string text) {
    for (char& c : text) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return text;
  }

  web::http::http_request make_request(const HttpRequest& request, const Credential& credential) const {
    web::http::http_request message(request.method);
    message.set_request_uri(web::uri(request.target));
    web::http::http_headers& headers = message.headers();
    if (!config_.tls_server_name.empty()) {
      // cpprestsdk takes the name for TLS from here.
      headers.add("Host", config_.tls_server_name);
    } else if (url_.ipv6() && !url_.tls) {
      headers.add("Host", "[" + url_.host + "]:" + std::to_string(url_.port));
    }
    headers.add("Accept", request.accept);
    headers.add("User-Agent", config_.user_agent);
    if (!credential.token.empty()) headers.add("Authorization", "Bearer " + credential.token);
    add_impersonation(headers);
    // A DELETE has a body, too, if only an empty object: see body_stream().
    if (request.method != "GET" && request.method != "HEAD") {
      const std::string& body = request.body;
      message.set_body(body_stream(body), body.size(),
                       request.content_type.empty() ? "application/json" : request.content_type);
    }
    return message;
  }

  void add_impersonation(web::http::http_headers& headers) const {
    if (config_.impersonate_user.empty()) return;
    headers.add("Impersonate-User", config_.impersonate_user);
    if (!config_.impersonate_uid.empty()) headers.add("Impersonate-Uid", config_.impersonate_uid);
    // One line per value, as the API server reads them; cpprestsdk keeps one line per name and would join the
    // values by commas, so the further lines travel inside the first one's value. make_transport() checked
    // the characters.
    const auto add_lines = [&headers](const std::string& name, const std::vector<std::string>& values) {
      std::string lines;
      for (const std::string& value : values) lines += lines.empty() ? value : "\r\n" + name + ": " + value;
      if (!lines.empty()) headers.add(name, lines);
    };
    add_lines("Impersonate-Group", config_.impersonate_groups);
    for (const auto& [key, values] : config_.impersonate_extra) add_lines("Impersonate-Extra-" + key, values);
  }

  // The session for `credential`; a new one when a certificate or a CA has changed.
  StatusOr<std::shared_ptr<Session>> session(const Context& ctx, const Credential& credential) {
    const std::lock_guard lock(mutex_);
    const TimePoint now = ctx.clock.now();
    const bool check = !checked_ || now - *checked_ >= kFileCheckInterval || now < *checked_;
    if (check || session_->spoiled || credential.certificate != certificate_) {
      checked_ = now;
      // A pair of files that is being replaced may not fit together for a moment: what was read before stays
      // in use.
      if (Status renewed = renew_locked(credential); !renewed.ok() && session_ == nullptr) return renewed;
    }
    return session_;
  }

  Status renew_locked(const Credential& credential) {
    const std::string stamp = file_stamp(config_.certificate_authority.file) + " " +
                              file_stamp(config_.client_certificate.file) + " " +
                              file_stamp(config_.client_key.file);
    if (session_ != nullptr && session_->stamp == stamp && !session_->spoiled &&
        credential.certificate == certificate_)
      return {};
    auto fresh = std::make_shared<Session>();
    fresh->stamp = stamp;
    Config config = config_;
    if (!credential.certificate.empty()) {
      config.client_certificate = {credential.certificate, {}};
      config.client_key = {credential.key, {}};
    }
    if (url_.tls) {
      const std::string& name = config_.tls_server_name.empty() ? url_.host : config_.tls_server_name;
      StatusOr<std::shared_ptr<const Tls>> tls = Tls::load(config, name);
      if (!tls.ok()) return tls.status().with_context(config_.origin);
      fresh->tls = *tls;
    }
    try {
      fresh->client = std::make_unique<http_client>(web::uri(base_uri()), client_config(fresh->tls));
    } catch (const std::exception& error) {
      return {Code::Invalid, config_.origin + ": " + config_.server + ": " + error.what()};
    }
    session_ = std::move(fresh);
    certificate_ = credential.certificate;
    return {};
  }

  // An IPv6 address goes without its brackets: cpprestsdk would look them up as part of a host name.
  std::string base_uri() const {
    return (url_.tls ? "https://" : "http://") + url_.host + ":" + std::to_string(url_.port) + url_.path;
  }

  http_client_config client_config(const std::shared_ptr<const Tls>& tls) const {
    http_client_config config;
    // The caller's deadline and the stream's idle limit do the work; this only frees what they left behind.
    config.set_timeout(std::chrono::hours(1));
    config.set_max_redirects(0);
    config.set_validate_certificates(!config_.insecure_skip_tls_verify);
    if (tls) {
      config.set_ssl_context_callback(
          [tls](boost::asio::ssl::context& context) { tls->apply(context.native_handle()); });
    }
    if (!config_.proxy_url.empty()) config.set_proxy(proxy());
    return config;
  }

  web::web_proxy proxy() const {
    const web::uri given(config_.proxy_url);
    web::uri_builder address(given);
    address.set_user_info("");
    web::web_proxy result(address.to_uri());
    const std::string user_info = web::uri::decode(given.user_info());
    if (const std::size_t colon = user_info.find(':'); colon != std::string::npos)
      result.set_credentials(web::credentials(user_info.substr(0, colon), user_info.substr(colon + 1)));
    return result;
  }

  StatusOr<HttpResponse> read_all(const Context& ctx, Flight& flight, std::size_t limit) {
    HttpResponse response;
    response.status = flight.exchange().status();
    response.headers = flight.exchange().headers();
    for (;;) {
      Status status = flight.exchange().take(ctx, TimePoint::max(), response.body);
      if (status.reason() == "EndOfStream") break;
      if (!status.ok()) return status.with_context("reading the reply of " + config_.server);
      if (response.body.size() > limit)
        return Status(Code::Decode, "a reply of more than " + std::to_string(limit >> 20) + " MiB");
    }
    if (response.status == 401) note_problem(flight, response);
    return response;
  }

  // A server does not say why it ignores a client certificate; its age is the usual cause.
  static void note_problem(const Flight& flight, HttpResponse& response) {
    if (flight.session().tls) response.hint = flight.session().tls->client_certificate_problem();
  }

  // Names the server, and where its address came from.
  Status explained(const Status& status, const HttpRequest& request) const {
    if (status.code() == Code::Cancelled) return status;
    if (status.code() == Code::Timeout)
      return status.with_context(request.method + " " + config_.server +
                                 request.target.substr(0, request.target.find('?')));
    const std::string origin = config_.origin.empty() ? "" : " (from " + config_.origin + ")";
    return status.with_context("cannot reach the API server " + config_.server + origin);
  }

  const Config config_;
  const ServerUrl url_;
  Credentials credentials_;
  std::mutex mutex_;
  std::shared_ptr<Session> session_;
  std::string certificate_;  // of the session, where it came with the credential
  std::optional<TimePoint> checked_;
};

bool is_header_value(const std::string& value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

Status check_headers(const Config& config) {
  std::vector<std::pair<const char*, std::string>> values = {{"token", config.token},
                                                             {"user agent", config.user_agent},
                                                             {"as", config.impersonate_user},
                                                             {"as-uid", config.impersonate_uid}};
  for (const std::string& group : config.impersonate_groups) values.emplace_back("as-groups", group);
  for (const auto& [key, extra] : config.impersonate_extra) {
    if (key.empty() ||
        key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-._%/") != std::string::npos)
      return {Code::Invalid, config.origin + ": as-user-extra: the key \"" + key +
                                 "\" must consist of lower-case letters, digits, -, ., _, / and %"};
    for (const std::string& value : extra) values.emplace_back("as-user-extra", value);
  }
  for (const auto& [field, value] : values) {
    if (!is_header_value(value))
      return {Code::Invalid,
              config.origin + ": " + field + " holds a line break or another control character"};
  }
  return {};
}

Status check_proxy(const Config& config, const ServerUrl& url) {
  if (config.proxy_url.empty()) return {};
  if (!config.proxy_url.starts_with("http://"))
    return {Code::Invalid,
            config.origin + ": proxy-url must begin with http://; other proxies are not supported"};
  if (!web::uri::validate(config.proxy_url))
    return {Code::Invalid, config.origin + ": proxy-url is not a URL"};
  if (url.ipv6())
    return {Code::Invalid, config.origin +
                               ": proxy-url cannot be used with a server that is an IPv6 address; use its "
                               "host name"};
  return {};
}

}  // namespace

StatusOr<std::unique_ptr<Transport>> make_transport(const Config& config) {
  StatusOr<ServerUrl> url = ServerUrl::parse(config.server);
  if (!url.ok()) return url.status().with_context(config.origin + ": server");
  const bool secrets =
      !config.token.empty() || !config.token_file.empty() || config.exec || !config.client_key.empty();
  if (!url->tls && secrets && !url->loopback())
    return Status(Code::Invalid, config.origin + ": server: credentials would go unencrypted to " +
                                     config.server + "; use https://");
  if (Status headers = check_headers(config); !headers.ok()) return headers;
  if (Status proxy = check_proxy(config, *url); !proxy.ok()) return proxy;
  init_transport_runtime();
  auto transport = std::make_unique<RestTransport>(config, *url);
  if (Status prepared = transport->prepare(); !prepared.ok()) return prepared;
  return std::unique_ptr<Transport>(std::move(transport));
}

}  // namespace kube
