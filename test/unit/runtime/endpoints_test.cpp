// Health and metrics as they are served.
#include "controller/runtime/serve/endpoints.hpp"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <nlohmann/json.hpp>

#include "test/unit/http/client.hpp"
#include "test/unit/http/tls_client.hpp"

using namespace toolhive;

using namespace std::chrono_literals;
using http_test::CertificateFiles;
using http_test::TlsClient;
using runtime::EndpointOptions;
using runtime::Endpoints;

namespace {

// Reviews as an API server does, by the token: "good" may read metrics, "poor" may not, "slow"
// waits until it is let go, "lost" is not answered, any other is unknown.
class Reviewing final : public kube::Transport {
 public:
  StatusOr<kube::HttpResponse> send(const Context& ctx, const kube::HttpRequest& request) override {
    ++asked;
    const Json spec = Json::parse(request.body).at("spec");
    Json status;
    if (request.target.find("tokenreviews") != std::string::npos) {
      const auto token = spec.at("token").get<std::string>();
      if (token == "lost") return Status(Code::Unavailable, "connection refused by 10.0.0.1");
      if (token.starts_with("slow")) wait(ctx);
      status = {{"authenticated", token == "good" || token == "poor"},
                {"user", {{"username", token == "good" ? "scraper" : "visitor"}}}};
    } else {
      const bool allowed = spec.at("user") == "scraper" &&
                           spec.at("nonResourceAttributes").at("path") == "/metrics" &&
                           spec.at("nonResourceAttributes").at("verb") == "get";
      status = {{"allowed", allowed}};
    }
    kube::HttpResponse response;
    response.status = 201;
    response.body = Json{{"status", status}}.dump();
    return response;
  }
  StatusOr<std::unique_ptr<kube::LineStream>> stream(const Context&, const kube::HttpRequest&,
                                                     const StreamOptions&) override {
    return Status(Code::Internal, "no streams here");
  }
  void let_go() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  std::atomic<int> asked = 0;
  std::atomic<int> waiting = 0;

 private:
  void wait(const Context& ctx) {
    const std::stop_callback wake(ctx.stop, [this] { let_go(); });
    std::unique_lock lock(mutex_);
    ++waiting;
    changed_.wait(lock, [this] { return released_; });
    --waiting;
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ = false;
};

struct Served {
  explicit Served(EndpointOptions options = {}) {
    if (options.metrics_address.empty()) options.metrics_address = "127.0.0.1:0";
    // Another address: listeners with port 0 of one host share their port.
    if (options.health_address.empty()) options.health_address = "127.0.0.2:0";
    options.certificate_reload = 20ms;
    auto opened = Endpoints::open(options, *client, health, metrics);
    REQUIRE_MESSAGE(opened.ok(), opened.status());
    endpoints = *std::move(opened);
  }
  static std::string request(const std::string& token, const std::string& path = "/metrics",
                             const std::string& method = "GET") {
    return method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" +
           (token.empty() ? "" : "Authorization: Bearer " + token + "\r\n") + "\r\n";
  }
  // The whole answer over TLS.
  std::string get(const std::string& token, const std::string& path = "/metrics",
                  const std::string& method = "GET") const {
    TlsClient caller(endpoints->metrics_port());
    caller.send(request(token, path, method));
    return caller.read(SIZE_MAX);
  }

  std::shared_ptr<Reviewing> transport = std::make_shared<Reviewing>();
  std::unique_ptr<kube::Client> client = kube::make_client(transport);
  runtime::Health health;
  runtime::Metrics metrics;
  std::unique_ptr<Endpoints> endpoints;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool holds_in_time(const std::function<bool()>& condition) {
  const Context limit = Context{}.with_timeout(10s);
  while (!condition()) {
    if (limit.done()) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace

TEST_SUITE_BEGIN("endpoints");

TEST_CASE("metrics are for callers whom the API server knows and allows to get them") {
  const Served served;
  const std::string nobody = served.get("");
  CHECK(has(nobody, "HTTP/1.1 401"));
  CHECK(has(nobody, "WWW-Authenticate: Bearer"));
  CHECK(has(nobody, "Authorization: Bearer"));  // what to do
  CHECK(served.transport->asked == 0);
  const std::string stranger = served.get("made-up");
  CHECK(has(stranger, "HTTP/1.1 401"));
  const std::string poor = served.get("poor");
  CHECK(has(poor, "HTTP/1.1 403"));
  CHECK(has(poor, "user \"visitor\" may not get /metrics"));
  const std::string good = served.get("good");
  CHECK(has(good, "HTTP/1.1 200"));
  CHECK(has(good, "version=0.0.4"));
  for (const std::string& refused : {nobody, stranger, poor}) CHECK_FALSE(has(refused, "# HELP"));
}

TEST_CASE("nothing but metrics is served beside them, to whomever") {
  const Served served;
  CHECK(has(served.get("good", "/healthz"), "HTTP/1.1 404"));
  CHECK(has(served.get("good", "/metrics", "POST"), "HTTP/1.1 405"));
  CHECK(has(served.get("good", "/metrics?x=y"), "HTTP/1.1 200"));
}

TEST_CASE("the same token is not looked up for each scrape") {
  const Served served;
  for (int i = 0; i < 5; ++i) CHECK(has(served.get("good"), "HTTP/1.1 200"));
  CHECK(served.transport->asked == 2);
}

TEST_CASE(
    "callers are told to come again when the API server cannot be asked, and not what is wrong with it") {
  const Served served;
  const std::string lost = served.get("lost");
  CHECK(has(lost, "HTTP/1.1 503"));
  CHECK(has(lost, "Retry-After: "));
  CHECK_FALSE(has(lost, "10.0.0.1"));
}

TEST_CASE("callers who wait for the API server hold back neither probes nor known callers, and are bounded") {
  Served served;
  CHECK(has(served.get("good"), "HTTP/1.1 200"));
  std::vector<std::unique_ptr<TlsClient>> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(std::make_unique<TlsClient>(served.endpoints->metrics_port()));
    slow.back()->send(Served::request("slow" + std::to_string(i)));
  }
  REQUIRE(holds_in_time([&] { return served.transport->waiting == 4; }));
  CHECK(has(served.get("good"), "HTTP/1.1 200"));
  http_test::Client probe(served.endpoints->health_port(), "127.0.0.2");
  probe.get("/healthz");
  CHECK(probe.read().status == 200);
  CHECK(has(served.get("one-more"), "HTTP/1.1 503"));

  // Those who were still being looked up are answered at the end.
  served.endpoints.reset();
  int refused = 0;
  int unknown = 0;
  for (const auto& caller : slow) {
    const std::string answer = caller->read(SIZE_MAX);
    refused += has(answer, "HTTP/1.1 503") ? 1 : 0;
    unknown += has(answer, "HTTP/1.1 401") ? 1 : 0;
  }
  CHECK(refused + unknown == 20);
  CHECK(refused >= 12);  // four were looked up, and four waited
}

TEST_CASE("a certificate made at start serves until the directory holds one, and that is followed") {
  const CertificateFiles files("mounted");
  const std::string directory = std::filesystem::path(files.certificate()).parent_path();
  std::filesystem::remove(files.certificate());
  std::filesystem::remove(files.key());
  EndpointOptions options;
  options.certificate_directory = directory;
  options.certificate_names = {"operator-metrics.system.svc", "localhost"};
  const Served served(options);
  const auto name = [&] { return TlsClient(served.endpoints->metrics_port()).peer_name(); };
  CHECK(name() == "operator-metrics.system.svc");
  files.renew("first");
  CHECK(holds_in_time([&] { return name() == "first"; }));
  files.renew("second");
  CHECK(holds_in_time([&] { return name() == "second"; }));
  std::filesystem::remove(files.certificate());
  std::filesystem::remove(files.key());
  CHECK(name() == "second");
}

TEST_CASE("without TLS metrics are for everybody, when that is asked for") {
  EndpointOptions options;
  options.metrics_secure = false;
  const Served served(options);
  http_test::Client caller(served.endpoints->metrics_port());
  caller.get("/metrics");
  CHECK(caller.read().status == 200);
  CHECK(served.transport->asked == 0);
}

TEST_CASE("a certificate that cannot be used is named") {
  const CertificateFiles files("broken");
  std::filesystem::remove(files.key());
  const auto client = kube::make_client(std::make_shared<Reviewing>());
  const runtime::Health health;
  const runtime::Metrics metrics;
  EndpointOptions options;
  options.metrics_address = "127.0.0.1:0";
  options.certificate_directory = std::filesystem::path(files.certificate()).parent_path();
  const auto broken = Endpoints::open(options, *client, health, metrics);
  CHECK(broken.status().code() == Code::Invalid);
  CHECK(has(broken.status().message(), files.key()));
}

TEST_CASE("an address that is taken is named") {
  const int taken = ::socket(AF_INET, SOCK_STREAM, 0);
  REQUIRE(taken >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(taken, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(taken, 1) == 0);
  REQUIRE(::getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const auto client = kube::make_client(std::make_shared<Reviewing>());
  const runtime::Health health;
  const runtime::Metrics metrics;
  EndpointOptions options;
  options.metrics_address = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  const auto refused = Endpoints::open(options, *client, health, metrics);
  CHECK(refused.status().code() == Code::Unavailable);
  CHECK(has(refused.status().message(), options.metrics_address));
  ::close(taken);
}

TEST_SUITE_END();
