#include "registry/backup/s3_client.hpp"

#include <algorithm>
#include <utility>

#include "controller/base/clock.hpp"
#include "controller/base/percent.hpp"
#include "controller/base/sha256.hpp"
#include "registry/backup/s3_reply.hpp"
#include "registry/base/value_file.hpp"
#include "registry/store/file_system.hpp"

namespace toolhive::registry::backup {
namespace {

constexpr int kAttempts = 4;
constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::minutes kTimeout{5};
constexpr std::size_t kReplyBytes = 8 << 20;

Error unusable_option(std::string option, std::string why) {
  return {Code::Invalid, std::move(why), std::move(option)};
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_' || c == ':' || c == '[' || c == ']';
}

// The URL that the keys of a bucket follow.
Result<std::string> url_of_bucket(const S3Options& options, const std::string& bucket) {
  std::string_view endpoint = options.endpoint;
  const auto of_aws = "https://s3." + options.region + ".amazonaws.com";
  if (endpoint.empty()) endpoint = of_aws;
  while (endpoint.ends_with('/')) endpoint.remove_suffix(1);
  const std::string_view scheme = endpoint.starts_with("http://") ? "http://" : "https://";
  const auto host = endpoint.starts_with(scheme) ? endpoint.substr(scheme.size()) : std::string_view();
  if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_character))
    return unusable_option("--s3-endpoint", "must be https://HOST or http://HOST, with a port if need be");
  if (options.path_style) return std::string(endpoint) + "/" + bucket;
  return std::string(scheme) + bucket + "." + std::string(host);
}

bool is_region(std::string_view region) {
  return !region.empty() && region.size() <= 63 && std::all_of(region.begin(), region.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Empty when there is no such file.
Result<std::string> optional_value(const std::string& path) {
  if (auto there = posix_file_system().open_read(path); !there && there.error().code == Code::NotFound)
    return std::string();
  return read_value_file(path, "--s3-credentials");
}

std::string escaped_path(std::string_view key) {
  std::string path;
  while (!key.empty()) {
    const auto segment = key.substr(0, key.find('/'));
    path += '/' + percent_encode(segment);
    key.remove_prefix(std::min(key.size(), segment.size() + 1));
  }
  return path;
}

bool is_to_repeat(int status) {
  return status == 429 || status >= 500;
}

}  // namespace

Result<std::unique_ptr<S3Client>> S3Client::open(const S3Options& options, const std::string& bucket) {
  if (!is_region(options.region)) return unusable_option("--s3-region", "is no region, such as us-east-1");
  if (options.credentials.empty())
    return unusable_option("--s3-credentials", "is missing: the folder with accessKeyId and secretAccessKey");
  auto url = url_of_bucket(options, bucket);
  if (!url) return url.take_error();
  auto key_id = read_value_file(options.credentials + "/accessKeyId", "--s3-credentials");
  if (!key_id) return key_id.take_error();
  auto secret = read_value_file(options.credentials + "/secretAccessKey", "--s3-credentials");
  if (!secret) return secret.take_error();
  auto token = optional_value(options.credentials + "/sessionToken");
  if (!token) return token.take_error();

  std::unique_ptr<S3Client> client(new S3Client());
  client->bucket_ = bucket;
  client->base_url_ = std::move(*url);
  client->session_token_ = std::move(*token);
  client->signer_ = {options.region, "s3", std::move(*key_id), std::move(*secret)};
  const auto ca_file = options.credentials + "/ca.crt";
  if (posix_file_system().open_read(ca_file)) client->ca_file_ = ca_file;
  return client;
}

auth::HttpCall S3Client::call_for(const S3Request& request) const {
  auth::HttpCall call;
  call.url = base_url_ + escaped_path(request.key) + (request.query.empty() ? "" : "?" + request.query);
  call.method = request.method;
  call.headers = {"x-amz-content-sha256: " + sha256_hex(request.body)};
  if (!request.body.empty()) call.headers.emplace_back("Content-Type: application/octet-stream");
  if (!request.range.empty()) call.headers.push_back("Range: " + request.range);
  if (!session_token_.empty()) call.headers.push_back("x-amz-security-token: " + session_token_);
  call.signer = signer_;
  call.ca_file = ca_file_;
  call.timeout = kTimeout;
  call.most_bytes = kReplyBytes;
  return call;
}

Result<auth::HttpReply> S3Client::send(S3Request request) {
  auto call = call_for(request);
  call.body = std::move(request.body);
  const auto what = request.method + " " + display(request.key);
  for (int attempt = 1;; ++attempt) {
    auto reply = http_.send(call, {});
    if (reply && !is_to_repeat(reply->status)) return reply;
    if (attempt == kAttempts) {
      if (reply) return s3_error(*reply, what);
      return Error{Code::Unavailable, "cannot " + what + ": " + reply.error().detail};
    }
    sleep_for(system_clock(), kFirstPause * (1 << attempt), {});
  }
}

}  // namespace toolhive::registry::backup
