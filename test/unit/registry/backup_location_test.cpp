#include <doctest/doctest.h>

#include "registry/backup/location.hpp"
#include "registry/backup/s3_reply.hpp"

using namespace toolhive::registry;
using namespace toolhive::registry::backup;

TEST_CASE("a location names a folder and a backup in it") {
  const auto file = parse_location("file:///backups/mcp/nightly-2026.11_27");
  REQUIRE(file.ok());
  CHECK(file->bucket.empty());
  CHECK(file->folder == "/backups/mcp");
  CHECK(file->name == "nightly-2026.11_27");
  CHECK(file->export_name() == "nightly-2026.11_27.jsonl");
  CHECK(file->manifest_name() == "nightly-2026.11_27.json");
  CHECK(parse_location("file:///one")->folder == "/");

  const auto s3 = parse_location("s3://my.bucket-1/some/day=1/one");
  REQUIRE(s3.ok());
  CHECK(s3->bucket == "my.bucket-1");
  CHECK(s3->folder == "some/day=1");
  CHECK(s3->name == "one");
  CHECK(parse_location("s3://bucket/one")->folder.empty());
}

TEST_CASE("a location that leads elsewhere, or that some system would read in another way, is refused") {
  for (const std::string text : {"",
                                 "one",
                                 "/backups/one",
                                 "file://host/one",
                                 "file:///",
                                 "file:///backups/",
                                 "file:///a/../b",
                                 "file:///a/./b",
                                 "file:///a//b",
                                 "file:////b",
                                 "s3://bucket//one",
                                 "file:///a/.one",
                                 "file:///a/b c",
                                 "file:///a/b%2fc",
                                 "file:///a?b/c",
                                 "file:///a#b/c",
                                 "file:///a\\b",
                                 "file:///a/b\n",
                                 "s3://",
                                 "s3:///one",
                                 "s3://b/one",
                                 "s3://Bucket/one",
                                 "s3://bucket",
                                 "s3://bucket/",
                                 "s3://user@bucket/one",
                                 "https://bucket/one",
                                 "FILE:///a/one"}) {
    CAPTURE(text);
    const auto location = parse_location(text);
    REQUIRE_FALSE(location.ok());
    CHECK(location.error().code == Code::Invalid);
    CHECK(location.error().detail.find("file:///FOLDER/NAME") != std::string::npos);
  }
  CHECK_FALSE(parse_location("file:///" + std::string(201, 'x')).ok());
  CHECK_FALSE(parse_location("file:///" + std::string(1'000, 'x') + "/one").ok());
}

TEST_CASE("an error of S3 is told by its code and message, cut short, and what to do") {
  const auto told = [](int status, const std::string& body) {
    toolhive::registry::auth::HttpReply reply;
    reply.status = status;
    reply.body = body;
    return s3_error(reply, "GET s3://bucket/one");
  };
  const auto denied = told(403,
                           "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>No &amp; "
                           "never</Message><AWSAccessKeyId>AKIA</AWSAccessKeyId></Error>");
  CHECK(denied.code == Code::Unavailable);
  CHECK(denied.detail ==
        "cannot GET s3://bucket/one: the S3 server says 403 AccessDenied (No & never); look at the "
        "credentials, and at what they may do with the bucket");
  CHECK(told(404, "<Error><Code>NoSuchKey</Code></Error>").code == Code::NotFound);
  CHECK(told(404, "").code == Code::NotFound);
  CHECK(told(404, "<Error><Code>NoSuchBucket</Code></Error>").code == Code::Unavailable);
  CHECK(told(404, "<Error><Code>NoSuchUpload</Code></Error>").code == Code::Unavailable);
  const auto odd = told(500, "<Code>" + std::string(10'000, 'x') + "\n\xff</Code><Message>" +
                                 std::string(100'000, '<') + "</Message>");
  CHECK(odd.detail.size() < 600);
  CHECK(odd.detail.find('\n') == std::string::npos);
  CHECK(told(500, "<Code>never closed").detail == "cannot GET s3://bucket/one: the S3 server says 500");
}
