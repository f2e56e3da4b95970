#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "registry/auth/http_client.hpp"
#include "registry/backup/s3_options.hpp"
#include "registry/base/result.hpp"

namespace toolhive::registry::backup {

struct S3Request {
  std::string method;
  std::string key;         // Of the object, as the bucket has it.
  std::string query = {};  // Escaped, its parameters in the order of their names, each with "=".
  std::string range = {};  // bytes=0-99
  std::string body = {};
};

// Sends signed requests (AWS Signature Version 4) for the objects of one bucket. One thread at a
// time.
class S3Client {
 public:
  // Invalid, with the option, when these are of no use; Unavailable when the credentials cannot be
  // read.
  static Result<std::unique_ptr<S3Client>> open(const S3Options& options, const std::string& bucket);

  // Any status is a success but those that say "later", which are asked for four times, as is a
  // server that does not answer; Unavailable then. Of a reply at most 8 MiB are taken.
  Result<auth::HttpReply> send(S3Request request);

  // "s3://bucket/key", for people.
  std::string display(const std::string& key) const { return "s3://" + bucket_ + "/" + key; }

 private:
  S3Client() = default;
  auth::HttpCall call_for(const S3Request& request) const;

  std::string bucket_;
  std::string base_url_;  // The bucket's, without a slash at the end.
  std::string ca_file_;
  std::string session_token_;
  auth::AwsSigner signer_;
  auth::HttpClient http_;
};

}  // namespace toolhive::registry::backup
