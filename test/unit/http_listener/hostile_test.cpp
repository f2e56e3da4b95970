// The probes that the library's own server fails: over real sockets, with the process's memory and
// descriptors watched.
#include "test/unit/http/client.hpp"
#include "test/unit/http_listener/test_server.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <string>
#include <vector>

using namespace toolhive;

using namespace toolhive::http_test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

bool serves(TestServer& server) {
  return status_for(server.port(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n") == 200;
}

// Waits until the server has let go of every connection but `left`.
bool settled(TestServer& server, std::size_t left = 0) {
  return eventually([&] { return server.server().stats().connections <= left; });
}

http::Options impatient() {
  http::Options options;
  options.timeouts.header = options.timeouts.body = options.timeouts.write = options.timeouts.idle =
      options.timeouts.handshake = milliseconds(sanitized() ? 400 : 150);
  return options;
}

}  // namespace

TEST_CASE("chunk sizes that abort the library's own server get a 400 or a 413") {
  TestServer server;
  for (const std::string size :
       {"-1", "FFFFFFFFFFFFFFFF", "7FFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFFF", "xyz", "", "0x10", "100000000"}) {
    CAPTURE(size);
    const unsigned status =
        status_for(server.port(), "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                      std::string(size) + "\r\nabc\r\n\r\n");
    const bool clear = status == 400 || status == 413;
    CHECK(clear);
  }
  CHECK(serves(server));
}

TEST_CASE("a smuggled second request is never answered") {
  TestServer server;
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string bad_padding = "Transfer-Encoding:\x0b";
  for (const std::string& fields : std::vector<std::string>{
           "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
           "Content-Length: 0\r\nContent-Length: 40\r\n\r\n", "Content-Length: 0, 40\r\n\r\n",
           "Content-Length: 0x0\r\n\r\n", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
           "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", bad_padding + "chunked\r\n\r\n0\r\n\r\n",
           "Content-Length : 0\r\n\r\n", "X: y\r\n Content-Length: 40\r\n\r\n",
           "X: y\nContent-Length: 40\r\n\r\n"}) {
    CAPTURE(fields);
    Client client(server.port());
    client.send("POST /first HTTP/1.1\r\nHost: a\r\n" + fields + smuggled);
    const std::string answer = client.read_to_end();
    CHECK(answer.find("smuggled") == std::string::npos);
    const bool clear = answer.rfind("HTTP/1.1 400", 0) == 0 || answer.rfind("HTTP/1.1 501", 0) == 0;
    CHECK(clear);
    CHECK(answer.find("Connection: close") != std::string::npos);
  }
}

TEST_CASE("a client that is slow with its header gets a 408") {
  TestServer server(impatient());
  {
    Client client(server.port());
    client.send("GET / HT");
    CHECK(client.read().status == 408);
  }
  CHECK(settled(server));
}

TEST_CASE("a header that trickles in does not prolong its time") {
  TestServer server(impatient());
  const auto start = std::chrono::steady_clock::now();
  {
    Client client(server.port());
    client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
    while (client.silent_for(milliseconds(10))) {
      if (!client.send("x")) break;
    }
    CHECK(client.read().status == 408);
    CHECK(std::chrono::steady_clock::now() - start < seconds(3));
  }
  CHECK(settled(server));
}

TEST_CASE("a client that is slow with its body gets a 408") {
  TestServer server(impatient());
  Client length(server.port());
  length.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
  Client chunked(server.port());
  chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab");
  CHECK(length.read().status == 408);
  CHECK(chunked.read().status == 408);
  CHECK(server.server().stats().timeouts == 2);
}

TEST_CASE("a client that connects and says nothing, or nothing more, is let go") {
  TestServer server(impatient());
  Client silent(server.port());
  Client idle(server.port());
  idle.get("/");
  CHECK(idle.read().status == 200);
  CHECK(silent.ended_within(seconds(5)));
  CHECK(idle.ended_within(seconds(5)));
  CHECK(settled(server));
}

TEST_CASE("a client that does not read its response is cut off") {
  http::Options options = impatient();
  const std::string body(20'000'000, 'x');
  TestServer server(options, [&](const web::http::http_request& request) { request.reply(200, body); });
  Client client(server.port(), "127.0.0.1", 4096);
  client.get("/");
  CHECK(eventually([&] { return server.server().stats().timeouts == 1; }));
  CHECK(settled(server));
  CHECK(server.server().stats().requests_in_flight == 0);
}

TEST_CASE("a slow handler is waited for however long it takes") {
  Held held;
  TestServer server(impatient(), held.handler());
  Client client(server.port());
  client.get("/");
  const web::http::http_request request = held.take();
  CHECK(client.silent_for(impatient().timeouts.header * 3));
  request.reply(200);
  CHECK(client.read().status == 200);
}

TEST_CASE("a header of 10,000 fields, of 10,000 bytes a field, or without end gets a 431") {
  TestServer server;
  std::string fields;
  for (int i = 0; i < 10'000; ++i) fields += "a: b\r\n";
  CHECK(status_for(server.port(), "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n") == 431);
  std::string wide;
  for (int i = 0; i < 20; ++i) wide += "a: " + std::string(10'000, 'b') + "\r\n";
  CHECK(status_for(server.port(), "GET / HTTP/1.1\r\nHost: a\r\n" + wide + "\r\n") == 431);
  CHECK(status_for(server.port(), "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(500'000, 'c')) == 431);
  CHECK(status_for(server.port(), "GET /" + std::string(500'000, 'c')) == 414);
  CHECK(serves(server));
}

TEST_CASE("an endless body is cut off at the limit, with the memory it had") {
  TestServer server;
  const std::size_t before = resident_kib();
  for (int round = 0; round < 20; ++round) {
    Client client(server.port());
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    for (int i = 0; i < 100; ++i) {
      if (!client.send(chunk)) break;
    }
    CHECK(client.read().status == 413);
  }
  CHECK(settled(server));
  if (!sanitized()) CHECK(resident_kib() < before + 8 * 1024);
}

TEST_CASE("all bodies together are limited, and the memory is given back") {
  http::Options options;
  options.limits.body_bytes = 1'000'000;
  options.limits.buffered_bytes = 1'500'000;
  Held held;
  TestServer server(options, held.handler());
  const std::string post =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x');
  Client first(server.port());
  first.send(post);
  const web::http::http_request request = held.take();
  Client second(server.port());
  second.send(post);
  const Response refused = second.read();
  CHECK(refused.status == 503);
  CHECK(refused.fields.contains("retry-after"));
  request.reply(200);
  CHECK(first.read().status == 200);
  first.send(post);
  held.take().reply(200);
  CHECK(first.read().status == 200);
}

TEST_CASE("bodies that clients break off give their memory back") {
  http::Options options;
  options.limits.body_bytes = 1'000'000;
  options.limits.buffered_bytes = 1'500'000;
  TestServer server(options);
  const std::string half =
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(500'000, 'x');
  for (int i = 0; i < 4; ++i) {
    Client client(server.port());
    client.send(half);
    client.finish_sending();
    CHECK(client.ended_within(seconds(5)));
  }
  Client whole(server.port());
  whole.send(half + std::string(500'000, 'x'));
  CHECK(whole.read().status == 200);
}

TEST_CASE("connections beyond the limit get a 503 and leave no trace") {
  http::Options options;
  options.limits.connections = 20;
  TestServer server(options);
  const std::size_t before = open_descriptors();
  {
    std::vector<Client> clients;
    for (int i = 0; i < 20; ++i) clients.emplace_back(server.port());
    CHECK(eventually([&] { return server.server().stats().connections == 20; }));
    for (int i = 0; i < 30; ++i) {
      Client extra(server.port());
      CHECK(extra.read().status == 503);
    }
    CHECK(server.server().stats().connections_refused == 30);
    clients.front().get("/still");
    CHECK(clients.front().read().body == "/still");
  }
  CHECK(settled(server));
  CHECK(serves(server));
  CHECK(eventually([&] { return open_descriptors() <= before; }));
}

TEST_CASE("a flood of connections beyond the limit is shut out without waiting for the clients") {
  http::Options options;
  options.limits.connections = 10;
  TestServer server(options);
  std::vector<Client> clients;
  for (int i = 0; i < 500; ++i) clients.emplace_back(server.port());
  CHECK(eventually([&] { return server.server().stats().connections_refused == 490; }));
  CHECK(eventually([&] { return open_descriptors() < 700; }));
  clients.clear();
  CHECK(settled(server));
  CHECK(serves(server));
}

TEST_CASE("connections of one address are limited when that is asked for") {
  http::Options options;
  options.limits.connections_per_address = 2;
  TestServer server(options);
  Client first(server.port());
  first.get("/");
  CHECK(first.read().status == 200);
  {
    Client second(server.port());
    second.get("/");
    CHECK(second.read().status == 200);
    CHECK(status_for(server.port(), "") == 503);
  }
  CHECK(settled(server, 1));
  CHECK(serves(server));
}

TEST_CASE("clients that vanish at any point leave nothing behind") {
  const std::string body(500'000, 'x');
  TestServer server({}, [&](const web::http::http_request& request) { request.reply(200, body); });
  const std::size_t before = open_descriptors();
  const std::string request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t sent = 0; sent <= request.size(); ++sent) {
    Client client(server.port());
    client.send(request.substr(0, sent));
    client.reset();
  }
  for (int i = 0; i < 50; ++i) {
    Client client(server.port(), "127.0.0.1", 4096);
    client.send(request + request + request);
    char byte = 0;
    CHECK(::recv(client.descriptor(), &byte, 1, 0) == 1);
    client.reset();
  }
  CHECK(settled(server));
  CHECK(eventually([&] { return server.server().stats().requests_in_flight == 0; }));
  CHECK(eventually([&] { return open_descriptors() <= before; }));
  CHECK(serves(server));
}

TEST_CASE("a reply to a client that has gone fails for the handler, and for nobody else") {
  Held held;
  TestServer server({}, held.handler());
  const std::string body(10'000'000, 'x');
  Client client(server.port());
  client.get("/");
  const web::http::http_request request = held.take();
  client.reset();
  CHECK_THROWS(request.reply(200, body).get());
  CHECK(settled(server));
}

TEST_CASE("ten thousand requests leave memory and descriptors as they were") {
  TestServer server;
  const auto burst = [&] {
    std::string requests;
    for (int i = 0; i < 100; ++i)
      requests += "POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    for (int round = 0; round < 50; ++round) {
      Client client(server.port());
      client.send(requests);
      for (int i = 0; i < 100; ++i) REQUIRE(client.read().status == 200);
    }
    CHECK(settled(server));
  };
  burst();
  const std::size_t memory = resident_kib();
  const std::size_t descriptors = open_descriptors();
  burst();
  if (!sanitized()) CHECK(resident_kib() < memory + 1024);
  CHECK(open_descriptors() <= descriptors);
}

TEST_CASE("a process without descriptors pauses and goes on when there are some") {
  std::vector<std::string> notices;
  std::mutex mutex;
  http::Options options;
  options.notice = [&](std::string_view text) {
    const std::lock_guard lock(mutex);
    notices.emplace_back(text);
  };
  TestServer server(options);
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  std::vector<Client> clients;
  rlimit tight = before;
  tight.rlim_cur = open_descriptors() + 10;
  ::setrlimit(RLIMIT_NOFILE, &tight);
  for (int i = 0; i < 9; ++i) {
    Client client(server.port());
    if (client.connected()) clients.push_back(std::move(client));
  }
  const auto told = [&] {
    const std::lock_guard lock(mutex);
    return !notices.empty();
  };
  const bool paused = eventually(told);
  ::setrlimit(RLIMIT_NOFILE, &before);
  CHECK(paused);
  CHECK(notices.front().find("Too many open files") != std::string::npos);
  for (Client& client : clients) {
    client.get("/");
    CHECK(client.read().status == 200);
  }
  CHECK(serves(server));
}
