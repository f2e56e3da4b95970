#include "registry/api/forwarder.hpp"

#include <openssl/crypto.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "controller/base/clock.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/api/problem.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kMostReplyBytes = std::size_t{32} << 20;
constexpr std::chrono::milliseconds kLongestCatchUp{1'000};

// What an answer to a write may have, beside what every answer has.
constexpr std::array<std::string_view, 5> kRelayed = {"ETag", "Location", "Content-Location",
                                                      "WWW-Authenticate", "Retry-After"};

std::string word_or_dash(const std::string& text) {
  const bool plain = !text.empty() && text.find_first_of(" \t\r\n") == text.npos;
  return plain ? text : "-";
}

std::string take_part(std::string_view& rest) {
  const auto blank = rest.find(' ');
  std::string part(rest.substr(0, blank));
  rest.remove_prefix(blank == rest.npos ? rest.size() : blank + 1);
  return part == "-" ? std::string() : part;
}

bool is_key(const std::string& given, const std::string& key) {
  return given.size() == key.size() && CRYPTO_memcmp(given.data(), key.data(), key.size()) == 0;
}

void set_place(auth::HttpCall& call, const std::string& address, const std::optional<ReplicaTrust>& tls) {
  if (!tls) {
    call.url = "http://" + address + "/";
    return;
  }
  call.url = "https://" + tls->name + "/";
  call.connect_to = address;
  call.ca_file = tls->authorities;
}

auth::HttpCall call_to(const std::string& address, const Call& call, const std::string& key,
                       const std::optional<ReplicaTrust>& tls, std::chrono::milliseconds timeout) {
  const auto& request = call.request;
  auth::HttpCall out;
  set_place(out, address, tls);
  out.target = request.target;
  out.method = request.method;
  out.body = std::string(request.body);
  const auto add = [&out](std::string_view name, const std::string& value) {
    if (!value.empty()) out.headers.push_back(std::string(name) + ": " + value);
  };
  // Without a body libcurl says that there is one of a form.
  add("Content-Type", request.content_type.empty() ? "application/octet-stream" : request.content_type);
  add("If-Match", request.if_match);
  add("If-None-Match", request.if_none_match);
  add("Authorization", request.authorization);
  add("X-Request-Id", request.request_id);
  add(kForwardedHeader, key + ' ' + word_or_dash(request.peer) + ' ' + word_or_dash(request.origin) + ' ' +
                            word_or_dash(request.prefix));
  out.headers.emplace_back("Expect:");
  out.timeout = timeout;
  out.most_bytes = kMostReplyBytes;
  out.use_proxy = false;
  out.reuse_connection = false;
  out.wanted_headers.assign(kRelayed.begin(), kRelayed.end());
  out.wanted_headers.emplace_back(kElsewhereHeader);
  out.wanted_headers.emplace_back("Content-Type");
  return out;
}

Response relay(auth::HttpReply reply) {
  Response response;
  response.status = static_cast<unsigned>(reply.status);
  for (std::size_t i = 0; i < kRelayed.size(); ++i) {
    if (!reply.headers[i].empty()) response.headers.emplace_back(kRelayed[i], std::move(reply.headers[i]));
  }
  if (reply.body.empty()) return response;
  response.content_type = reply.headers.back() == kProblemJson ? kProblemJson : kJson;
  response.body = std::make_shared<const std::string>(std::move(reply.body));
  return response;
}

Response nobody_writes() {
  return problem(Error{Code::Elsewhere,
                       "no replica takes writes just now, and nothing was written: try again in a second"});
}

}  // namespace

Forwarder::Forwarder(Metrics& metrics, ForwarderOptions options)
    : metrics_(metrics), options_(std::move(options)), executor_(options_.threads, options_.waiting) {}

Forwarder::~Forwarder() = default;

void Forwarder::close() {
  executor_.close();
  replicas_ = nullptr;
}

bool Forwarder::is_from_replica(std::string_view forwarded) const {
  const auto* const replicas = replicas_.load();
  return replicas != nullptr && is_key(take_part(forwarded), replicas->key());
}

void Forwarder::welcome(Call& call) const {
  auto& request = call.request;
  if (!is_from_replica(request.forwarded)) return;
  std::string_view rest = request.forwarded;
  take_part(rest);
  request.peer = take_part(rest);
  request.origin = take_part(rest);
  request.prefix = take_part(rest);
}

bool Forwarder::concerns(const Call& call) const {
  const auto* const replicas = replicas_.load();
  return replicas != nullptr && is_write(call) && !replicas->writer().here;
}

bool Forwarder::is_write(const Call& call) {
  return call.method->needs == Needs::WriteRight;
}

Respond Forwarder::or_forward(const std::shared_ptr<Call>& call, Respond respond, Here here) {
  if (!is_write(*call) || !call->request.forwarded.empty()) return respond;
  return [this, call, respond = std::move(respond), here = std::move(here)](Response response) {
    if (response.header(kElsewhereHeader).empty()) return respond(std::move(response));
    forward(call, respond, here);
  };
}

void Forwarder::forward(std::shared_ptr<Call> call, Respond respond, Here here) {
  if (!call->request.forwarded.empty()) return respond(nobody_writes());
  const bool taken = executor_.submit(
      [this, call, respond, here](const std::stop_token& stop) { run(call, respond, here, stop); });
  if (taken) return;
  metrics_.forwarded(false);
  respond(problem(503, "too many writes wait for the replica that writes; try again in a second"));
}

void Forwarder::run(const std::shared_ptr<Call>& call, const Respond& respond, const Here& here,
                    const std::stop_token& stop) {
  auto& replicas = *replicas_.load();
  auto& clock = system_clock();
  const auto deadline = clock.now() + options_.patience;
  for (;;) {
    const auto writer = replicas.writer();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.now());
    if (left.count() <= 0 || stop.stop_requested()) break;
    if (writer.here) return here(call, respond);
    if (!writer.address.empty()) {
      auto client = borrow();
      auto reply = client->send(call_to(writer.address, *call, replicas.key(), options_.tls, left), stop);
      const bool connected = client->connected();
      give_back(std::move(client));
      if (!reply && connected) {
        metrics_.forwarded(false);
        return respond(
            problem(503,
                    "whether the write was carried out is not known, and repeating it is harmless: "
                    "the replica that writes did not answer: " +
                        reply.error().detail));
      }
      const bool elsewhere = reply && !reply->headers[kRelayed.size()].empty();
      if (reply && !elsewhere) {
        // So that who wrote here reads here what was written.
        if (reply->status < 300) (void)replicas.catch_up(kLongestCatchUp);
        metrics_.forwarded(true);
        return respond(relay(std::move(*reply)));
      }
    }
    (void)sleep_for(clock, options_.pause, stop);
    (void)replicas.catch_up(kLongestCatchUp);
  }
  metrics_.forwarded(false);
  respond(nobody_writes());
}

std::unique_ptr<auth::HttpClient> Forwarder::borrow() {
  std::lock_guard guard(mutex_);
  if (clients_.empty()) return std::make_unique<auth::HttpClient>();
  auto client = std::move(clients_.back());
  clients_.pop_back();
  return client;
}

void Forwarder::give_back(std::unique_ptr<auth::HttpClient> client) {
  std::lock_guard guard(mutex_);
  clients_.push_back(std::move(client));
}

}  // namespace toolhive::registry
