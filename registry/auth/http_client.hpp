#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/base/result.hpp"

namespace toolhive::registry::auth {

// Who signs a call, as AWS Signature Version 4 has it. The signature covers method, URL, `headers`
// and, by the header x-amz-content-sha256 among them, the body.
struct AwsSigner {
  std::string region, service;
  std::string key_id, secret;
};

struct HttpCall {
  std::string url;
  std::string body = {};    // JSON to POST; empty for a GET.
  std::string bearer = {};  // The token that goes with it; empty for none.
  std::string method = {};  // Another than these two.
  // "Name: value", in the place of those that say that body and reply are JSON.
  std::vector<std::string> headers = {};
  std::optional<AwsSigner> signer = std::nullopt;
  // PEM: who signed the server's certificate; empty for the system's roots.
  std::string ca_file = {};
  // host:port to connect to in the place of the URL's, whose name its certificate still has to have;
  // empty for the URL's own.
  std::string connect_to = {};
  // For all of it, from the name's resolution to the last byte. To connect may take ten seconds of
  // it, and a connection on which nothing comes or goes is given up after thirty.
  std::chrono::milliseconds timeout{10'000};
  std::size_t most_bytes = 1 << 20;  // Of a reply.
  // The one that http_proxy, https_proxy and no_proxy of the environment name.
  bool use_proxy = true;
  // Whether a connection of an earlier call may be taken, where it is found out late that the
  // server has closed it: the call is then sent once more. Without, `ca_file` is read for each call.
  bool reuse_connection = true;
  // What is asked for at the server of the URL, as it stands; empty for the URL's own path.
  std::string target = {};
  std::vector<std::string> wanted_headers = {};  // Names of headers of the reply.
};

struct HttpReply {
  int status = 0;
  std::string body;
  std::string etag = {};  // As the header has it, with its quotes.
  // The values of `wanted_headers`, in their order; empty where the reply has none.
  std::vector<std::string> headers = {};
};

// Asks other servers, over libcurl. Follows no redirect, speaks http and https only, and keeps
// connections between calls. One thread at a time.
class HttpClient {
 public:
  HttpClient();
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Any status is a success. Unavailable with the cause when no whole reply came, or `stop` was
  // asked for, which takes a second.
  Result<HttpReply> send(const HttpCall& call, const std::stop_token& stop);

  // Whether the last call reached a server, with https one that it trusts, so that it may have been
  // carried out, be there a reply or not.
  bool connected() const { return connected_; }

 private:
  void* const handle_;
  bool connected_ = false;
};

}  // namespace toolhive::registry::auth
