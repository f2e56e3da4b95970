// BackupDestination: where backups of a registry are put, a folder of a claim or an S3 bucket.
#pragma once

#include <optional>
#include <string>

namespace toolhive {

// One of the two.
struct BackupDestination {
  // Of the resource's own namespace.
  struct Claim {
    std::string name;
    std::string path;  // folder in it, without slashes at its ends; empty: the volume's root

    bool operator==(const Claim&) const = default;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("name");
      fields.read("name", name);
      fields.read("path", path);
    }
  };
  struct S3 {
    std::string endpoint;
    std::string bucket;
    std::string prefix;  // without slashes at its ends; empty: the bucket's root
    std::string region = "us-east-1";
    bool path_style = false;
    // The Secret with accessKeyId, secretAccessKey, and perhaps sessionToken and ca.crt.
    std::string secret;

    bool operator==(const S3&) const = default;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("endpoint");
      fields.read("endpoint", endpoint);
      fields.require("bucket");
      fields.read("bucket", bucket);
      fields.read("prefix", prefix);
      fields.read("region", region);
      fields.read("pathStyle", path_style);
      fields.require("secretRef");
      fields.object("secretRef").require("name");
      fields.object("secretRef").read("name", secret);
    }
  };

  std::optional<Claim> claim;
  std::optional<S3> s3;

  bool operator==(const BackupDestination&) const = default;
  bool is_given() const { return claim.has_value() != s3.has_value(); }

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read("claim", claim);
    fields.read("s3", s3);
  }
};

}  // namespace toolhive
