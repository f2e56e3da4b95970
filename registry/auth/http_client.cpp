#include "registry/auth/http_client.hpp"

#include <curl/curl.h>
#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <stdexcept>

namespace toolhive::registry::auth {
namespace {

constexpr std::chrono::milliseconds kLongestConnect{10'000};
constexpr long kLongestSilence = 30;  // Seconds.

struct Body {
  std::string bytes;
  std::size_t most = 0;
  bool too_large = false;
};

std::size_t receive(const char* data, std::size_t, std::size_t count, void* to) {
  auto& body = *static_cast<Body*>(to);
  if (body.bytes.size() + count > body.most) {
    body.too_large = true;
    return 0;
  }
  body.bytes.append(data, count);
  return count;
}

int go_on(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

class List {
 public:
  ~List() { curl_slist_free_all(list_); }
  List() = default;
  List(const List&) = delete;
  List& operator=(const List&) = delete;
  void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
  curl_slist* list() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

bool has_body(const HttpCall& call) {
  return !call.body.empty() || call.method == "PUT" || call.method == "POST";
}

void set_headers(CURL* curl, const HttpCall& call, List& headers) {
  for (const auto& line : call.headers) headers.add(line);
  if (call.headers.empty()) {
    headers.add("Accept: application/json");
    if (has_body(call)) {
      headers.add("Content-Type: application/json");
      headers.add("Expect:");
    }
  }
  if (!call.bearer.empty()) headers.add("Authorization: Bearer " + call.bearer);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.list());
}

void set_signer(CURL* curl, const AwsSigner& signer) {
  const auto provider = "aws:amz:" + signer.region + ":" + signer.service;
  curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, provider.c_str());
  curl_easy_setopt(curl, CURLOPT_USERNAME, signer.key_id.c_str());
  curl_easy_setopt(curl, CURLOPT_PASSWORD, signer.secret.c_str());
}

std::string header_of_reply(CURL* curl, const char* name) {
  curl_header* header = nullptr;
  const bool found = curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
  return found ? header->value : std::string();
}

void* new_handle() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  // A server that went away is an error of the call, and not the end of the process.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  if (auto* handle = curl_easy_init()) return handle;
  throw std::runtime_error("libcurl makes no handle");
}

}  // namespace

HttpClient::HttpClient() : handle_(new_handle()) {}

HttpClient::~HttpClient() {
  curl_easy_cleanup(handle_);
}

Result<HttpReply> HttpClient::send(const HttpCall& call, const std::stop_token& stop) {
  CURL* const curl = handle_;
  curl_easy_reset(curl);
  std::array<char, CURL_ERROR_SIZE> cause{};
  Body body;
  body.most = call.most_bytes;
  List headers;
  List elsewhere;
  curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  // A name server that says nothing must not make the call longer than its timeout: the thread that
  // asks is left behind, and ends by itself.
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, cause.data());
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(call.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(std::min(call.timeout, kLongestConnect).count()));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kLongestSilence);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, go_on);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, const_cast<std::stop_token*>(&stop));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "mcp-registry/" TOOLHIVE_VERSION);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  // A file that was replaced counts after a minute at the latest. With a session of an earlier
  // connection the certificate would not be looked at.
  curl_easy_setopt(curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(curl, CURLOPT_CA_CACHE_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_MAXLIFETIME_CONN, 300L);
  if (!call.ca_file.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, call.ca_file.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (!call.connect_to.empty()) {
    elsewhere.add("::" + call.connect_to);
    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, elsewhere.list());
  }
  if (!call.reuse_connection) {
    curl_easy_setopt(curl, CURLOPT_CA_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  }
  if (!call.target.empty()) curl_easy_setopt(curl, CURLOPT_REQUEST_TARGET, call.target.c_str());
  if (!call.use_proxy) curl_easy_setopt(curl, CURLOPT_PROXY, "");
  if (has_body(call)) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.c_str());
  }
  if (!call.method.empty()) curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call.method.c_str());
  if (call.signer) set_signer(curl, *call.signer);
  set_headers(curl, call, headers);

  const auto code = curl_easy_perform(curl);
  double connected_after = 0;  // Seconds; 0 without a connection.
  // Nothing of a call is sent before the handshake is over.
  const bool encrypted = call.url.starts_with("https:");
  curl_easy_getinfo(curl, encrypted ? CURLINFO_APPCONNECT_TIME : CURLINFO_CONNECT_TIME, &connected_after);
  connected_ = connected_after > 0;
  if (code != CURLE_OK) {
    if (body.too_large)
      return Error{Code::Unavailable,
                   "the reply has more than " + std::to_string(call.most_bytes) + " bytes"};
    if (stop.stop_requested()) return Error{Code::Unavailable, "the registry is stopping"};
    return Error{Code::Unavailable, cause.front() != '\0' ? cause.data() : curl_easy_strerror(code)};
  }
  HttpReply reply;
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  reply.body = std::move(body.bytes);
  reply.etag = header_of_reply(curl, "ETag");
  for (const auto& name : call.wanted_headers) reply.headers.push_back(header_of_reply(curl, name.c_str()));
  return reply;
}

}  // namespace toolhive::registry::auth
