// Backups in S3: in a server that others wrote (s3/main.go), which checks each signature by the SDK
// of AWS, and against servers that answer as badly as they are told to.
#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "../unit/registry/store_fixture.hpp"
#include "backup_fixture.hpp"
#include "loopback.hpp"
#include "registry/auth/http_client.hpp"
#include "registry/backup/open.hpp"
#include "registry/backup/s3_reply.hpp"
#include "registry_client.hpp"
#include "scripted_server.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::backup;
using namespace toolhive::registry::test;
using namespace std::chrono_literals;

namespace {

constexpr char kKeyId[] = "AKIAIOSFODNN7EXAMPLE";
constexpr char kSecret[] = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

// A folder of credentials, as a mounted Secret makes one.
struct Credentials {
  explicit Credentials(const std::string& secret = kSecret) {
    std::ofstream(folder.path() + "/accessKeyId") << kKeyId << '\n';
    std::ofstream(folder.path() + "/secretAccessKey") << secret << '\n';
  }
  TemporaryFolder folder;
};

// A real server, with an empty bucket "backups".
class S3Server {
 public:
  S3Server() : port_(free_port()), process_({{build(), std::to_string(port_), kKeyId, kSecret}}) {
    RegistryClient client(port_);
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!client.send("GET", "/")) {
      REQUIRE(std::chrono::steady_clock::now() < deadline);
      std::this_thread::sleep_for(2ms);
    }
  }

  S3Options options(const Credentials& credentials) const {
    return {"http://127.0.0.1:" + std::to_string(port_), "eu-test-1", true, credentials.folder.path()};
  }

  std::vector<std::string> arguments(std::vector<std::string> given, const Credentials& credentials) const {
    const auto used = options(credentials);
    for (const auto* each : {"--s3-endpoint", used.endpoint.c_str(), "--s3-region", used.region.c_str(),
                             "--s3-path-style", "--s3-credentials", used.credentials.c_str()})
      given.emplace_back(each);
    return given;
  }

 private:
  static std::string build() {
    const auto built =
        e2e::run({{TOOLHIVE_SOURCE_DIR "/test/lib/build_go.sh", TOOLHIVE_SOURCE_DIR "/test/stores/s3", "s3"},
                  "",
                  {},
                  e2e::Seconds(600)});
    REQUIRE_MESSAGE(built.ok(), built.explain());
    return built.out.substr(0, built.out.find('\n'));
  }

  const std::uint16_t port_;
  e2e::Background process_;
};

std::unique_ptr<Destination> open_at(const S3Options& options) {
  auto location = parse_location("s3://backups/some/where/one");
  REQUIRE(location.ok());
  auto destination = open_destination(*location, options);
  REQUIRE_MESSAGE(destination.ok(), (destination.ok() ? "" : destination.error().detail));
  return std::move(*destination);
}

std::string reply_with(const std::string& status, const std::string& body) {
  return "HTTP/1.1 " + status +
         "\r\nContent-Type: application/xml\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

// Of 200 kB.
Definition large_definition(const std::string& name) {
  auto parsed =
      parse_definition(R"({"name":")" + name + R"(","version":"1.0.0","inputSchema":{"type":"object",)" +
                           R"("description":")" + std::string(200'000, 'x') + "\"}}",
                       ToolPolicy());
  REQUIRE_MESSAGE(parsed.ok(), (parsed.ok() ? "" : parsed.error().detail));
  return std::move(*parsed);
}

// The Authorization of a request that went through a proxy of this port.
std::string authorization_of(const toolhive::registry::auth::HttpCall& call) {
  ScriptedServer proxy("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ::setenv("http_proxy", ("http://127.0.0.1:" + std::to_string(proxy.port())).c_str(), 1);
  const auto reply = toolhive::registry::auth::HttpClient().send(call, {});
  ::unsetenv("http_proxy");
  REQUIRE_MESSAGE(reply.ok(), (reply.ok() ? "" : reply.error().detail));
  const auto heard = proxy.heard();
  const auto at = heard.find("Authorization: ");
  REQUIRE(at != std::string::npos);
  return heard.substr(at, heard.find("\r\n", at) - at);
}

}  // namespace

TEST_CASE("requests are signed as the examples of the documentation of Amazon S3 are") {
  // Authenticating Requests: Using the Authorization Header, "Examples: Signature Calculations".
  const std::string empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  struct Example {
    const char *method, *url, *body, *payload;
    std::vector<std::string> headers;
    const char* signature;
  };
  const Example examples[] = {
      {"GET",
       "/test.txt",
       "",
       empty.c_str(),
       {"Range: bytes=0-9"},
       "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
      {"PUT",
       "/test%24file.text",
       "Welcome to Amazon S3.",
       "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
       {"Date: Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class: REDUCED_REDUNDANCY"},
       "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
      {"GET",
       "/?lifecycle=",
       "",
       empty.c_str(),
       {},
       "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
      {"GET",
       "/?max-keys=2&prefix=J",
       "",
       empty.c_str(),
       {},
       "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
  };
  for (const auto& example : examples) {
    CAPTURE(example.url);
    toolhive::registry::auth::HttpCall call;
    call.url = std::string("http://examplebucket.s3.amazonaws.com") + example.url;
    call.method = example.method;
    call.body = example.body;
    call.headers = example.headers;
    call.headers.emplace_back("X-Amz-Date: 20130524T000000Z");
    call.headers.push_back(std::string("x-amz-content-sha256: ") + example.payload);
    call.signer = toolhive::registry::auth::AwsSigner{"us-east-1", "s3", kKeyId, kSecret};
    const auto authorization = authorization_of(call);
    CAPTURE(authorization);
    CHECK(authorization.find("Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request") !=
          std::string::npos);
    CHECK(authorization.find(example.signature) != std::string::npos);
  }
}

TEST_CASE("a backup goes to S3 and comes back, in one piece or in many parts") {
  const S3Server server;
  const Credentials credentials;
  for (const int large : {0, 170}) {  // Of all of them more than two parts have room for.
    CAPTURE(large);
    const FilePlace from, to;
    {
      auto store = open_place(from.options());
      fill_with_everything(*store);
      for (int i = 0; i < large; ++i)
        REQUIRE(write_and_wait(*store, Register{large_definition("t" + std::to_string(i)), {}}).ok());
    }
    const auto location = "s3://backups/some/where/one-" + std::to_string(large);
    run_registry(server.arguments({"backup", "--config", from.config(), "--to", location}, credentials), 0);
    run_registry(server.arguments({"restore", "--config", to.config(), "--from", location}, credentials), 0);
    CHECK(told_by(to.options()) == told_by(from.options()));
    run_registry(server.arguments({"delete-backup", "--from", location}, credentials), 0);
    const FilePlace other;
    const auto gone = run_registry(
        server.arguments({"restore", "--config", other.config(), "--from", location}, credentials), 3);
    CHECK(gone.err.find("there is no backup " + location) != std::string::npos);
  }
}

TEST_CASE("an object is not there until its upload is finished, and not if it never is") {
  const S3Server server;
  const Credentials credentials;
  auto destination = open_at(server.options(credentials));
  const std::string piece(9 << 20, 'x');
  {
    auto upload = destination->create("given-up");
    REQUIRE(upload.ok());
    for (int i = 0; i < 3; ++i) REQUIRE((*upload)->append(piece).ok());
    CHECK(destination->open("given-up").error().code == Code::NotFound);
  }
  CHECK(destination->open("given-up").error().code == Code::NotFound);
  auto upload = destination->create("whole");
  REQUIRE(upload.ok());
  for (int i = 0; i < 5; ++i) REQUIRE((*upload)->append(piece).ok());
  REQUIRE((*upload)->finish().ok());
  auto read = read_object(*destination, "whole", 100 << 20);
  REQUIRE(read.ok());
  CHECK(read->size() == 5 * piece.size());
  CHECK(read_object(*destination, "whole", 1 << 20).error().code == Code::Corrupt);
  REQUIRE(write_object(*destination, "empty", "").ok());
  CHECK(read_object(*destination, "empty", 10)->empty());
  REQUIRE(destination->remove("whole").ok());
  REQUIRE(destination->remove("whole").ok());
}

TEST_CASE("what S3 refuses is told by its code and message, without the secret, and may be repeated") {
  const S3Server server;
  const FilePlace place;
  open_place(place.options());
  const Credentials credentials, wrong("another");
  const auto bucket = run_registry(
      server.arguments({"backup", "--config", place.config(), "--to", "s3://nowhere/one"}, credentials), 1);
  CHECK(bucket.err.find("NoSuchBucket") != std::string::npos);
  const auto signature = run_registry(
      server.arguments({"backup", "--config", place.config(), "--to", "s3://backups/one"}, wrong), 1);
  CHECK(signature.err.find("SignatureDoesNotMatch") != std::string::npos);
  CHECK(signature.err.find("look at the credentials") != std::string::npos);
  CHECK(signature.err.find("another") == std::string::npos);
}

TEST_CASE("a server that has no time is asked again, and one that redirects is not followed") {
  const Credentials credentials;
  const auto options = [&](std::uint16_t port) {
    return S3Options{"http://127.0.0.1:" + std::to_string(port), "us-east-1", true,
                     credentials.folder.path()};
  };
  ScriptedServer busy(
      reply_with("503 Slow Down", "<Error><Code>SlowDown</Code><Message>&lt;later&gt;</Message></Error>"));
  const auto later = open_at(options(busy.port()))->open("one");
  REQUIRE_FALSE(later.ok());
  CHECK(later.error().code == Code::Unavailable);
  CHECK(later.error().detail.find("503 SlowDown (<later>)") != std::string::npos);
  std::size_t asked = 0;
  const auto heard = busy.heard();
  for (auto at = heard.find("GET "); at != heard.npos; at = heard.find("GET ", at + 1)) ++asked;
  CHECK(asked == 4);

  ScriptedServer elsewhere(
      "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  const auto moved = open_at(options(elsewhere.port()))->open("one");
  REQUIRE_FALSE(moved.ok());
  CHECK(moved.error().detail.find("says 307") != std::string::npos);
}

TEST_CASE("a reply without end is not taken") {
  const Credentials credentials;
  ScriptedServer endless("HTTP/1.1 206 Partial Content\r\nContent-Type: text/plain\r\n\r\n", true);
  const S3Options options{"http://127.0.0.1:" + std::to_string(endless.port()), "us-east-1", true,
                          credentials.folder.path()};
  const auto read = open_at(options)->open("one");
  REQUIRE_FALSE(read.ok());
  CHECK(read.error().detail.find("more than") != std::string::npos);
}

TEST_CASE("a multipart upload whose completion fails with the status 200 has failed") {
  const Credentials credentials;
  ScriptedServer server(reply_with(
      "200 OK", "<R><UploadId>a&amp;b</UploadId><Code>InternalError</Code><Message>try again</Message></R>"));
  const S3Options options{"http://127.0.0.1:" + std::to_string(server.port()), "us-east-1", true,
                          credentials.folder.path()};
  auto destination = open_at(options);
  auto upload = destination->create("one");
  REQUIRE(upload.ok());
  REQUIRE((*upload)->append(std::string(17 << 20, 'x')).ok());
  const auto done = (*upload)->finish();
  REQUIRE_FALSE(done.ok());
  CHECK(done.error().detail.find("InternalError (try again)") != std::string::npos);
  CHECK(server.heard().find("uploadId=a%26b") != std::string::npos);
}
