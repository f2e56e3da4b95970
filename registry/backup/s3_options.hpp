#pragma once

#include <string>

namespace toolhive::registry::backup {

// How an S3 server is reached. Holds no secret.
struct S3Options {
  std::string endpoint;              // https://HOST or http://HOST:PORT; empty for that of AWS.
  std::string region = "us-east-1";  // Signatures name it, whether the server has regions or not.
  bool path_style = false;           // The bucket is in the path, and not before the host.
  // A folder, as a mounted Secret makes one: accessKeyId, secretAccessKey, and if need be
  // sessionToken, and ca.crt with whom to trust to sign the server's certificate (PEM).
  std::string credentials;
};

}  // namespace toolhive::registry::backup
