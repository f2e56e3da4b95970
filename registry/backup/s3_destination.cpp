#include "registry/backup/s3_destination.hpp"

#include <utility>
#include <vector>

#include "controller/base/percent.hpp"
#include "registry/backup/s3_reply.hpp"

namespace toolhive::registry::backup {
namespace {

constexpr std::size_t kReadBytes = 4 << 20;
constexpr std::size_t kMostParts = 10'000;

// The reply when it says that all went well.
Result<auth::HttpReply> send_for(S3Client& client, S3Request request) {
  const auto what = request.method + " " + client.display(request.key);
  auto reply = client.send(std::move(request));
  if (reply && (reply->status < 200 || reply->status > 299)) return s3_error(*reply, what);
  return reply;
}

class S3Upload final : public Upload {
 public:
  S3Upload(S3Client& client, std::string key) : client_(client), key_(std::move(key)) {}
  ~S3Upload() override {
    if (!id_.empty()) (void)send_for(client_, {"DELETE", key_, of_upload()});
  }

  Result<void> append(std::string_view bytes) override {
    waiting_ += bytes;
    return waiting_.size() < kS3PartBytes ? Result<void>() : send_part();
  }

  Result<void> finish() override {
    if (id_.empty()) {
      auto sent = send_for(client_, {"PUT", key_, {}, {}, std::move(waiting_)});
      return sent ? Result<void>() : sent.take_error();
    }
    if (!waiting_.empty()) {
      if (auto sent = send_part(); !sent) return sent;
    }
    return complete();
  }

 private:
  std::string of_upload() const { return "uploadId=" + percent_encode(id_); }

  Result<void> begin() {
    auto begun = send_for(client_, {"POST", key_, "uploads="});
    if (!begun) return begun.take_error();
    id_ = xml_text(begun->body, "UploadId");
    if (!id_.empty()) return {};
    return Error{Code::Unavailable, client_.display(key_) + ": the S3 server gave no UploadId"};
  }

  Result<void> send_part() {
    if (id_.empty()) {
      if (auto begun = begin(); !begun) return begun;
    }
    if (tags_.size() == kMostParts)
      return Error{Code::TooLarge, client_.display(key_) + " would have more than 10,000 parts"};
    const auto query = "partNumber=" + std::to_string(tags_.size() + 1) + "&" + of_upload();
    auto sent = send_for(client_, {"PUT", key_, query, {}, std::exchange(waiting_, {})});
    if (!sent) return sent.take_error();
    tags_.push_back(std::move(sent->etag));
    return {};
  }

  Result<void> complete() {
    std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (std::size_t i = 0; i < tags_.size(); ++i) {
      body +=
          "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" + tags_[i] + "</ETag></Part>";
    }
    body += "</CompleteMultipartUpload>";
    auto done = send_for(client_, {"POST", key_, of_upload(), {}, std::move(body)});
    if (!done) return done.take_error();
    // S3 begins the reply before it knows.
    if (!xml_text(done->body, "Code").empty()) return s3_error(*done, "put " + client_.display(key_));
    id_.clear();
    return {};
  }

  S3Client& client_;
  const std::string key_;
  std::string id_;  // Of a multipart upload that is under way.
  std::string waiting_;
  std::vector<std::string> tags_;  // Of the parts that were sent.
};

class S3Destination final : public Destination {
 public:
  S3Destination(std::unique_ptr<S3Client> client, std::string prefix)
      : client_(std::move(client)), prefix_(std::move(prefix)) {}

  Result<std::unique_ptr<Upload>> create(const std::string& name) override {
    return std::unique_ptr<Upload>(std::make_unique<S3Upload>(*client_, key(name)));
  }

  Result<Source> open(const std::string& name) override {
    if (auto first = read(key(name), 0); !first) return first.take_error();
    return Source([this, key = key(name), at = std::uint64_t{0}](bool rewind) mutable -> Result<std::string> {
      if (rewind) at = 0;
      auto piece = read(key, at);
      if (piece) at += piece->size();
      return piece;
    });
  }

  Result<void> remove(const std::string& name) override {
    auto removed = send_for(*client_, {"DELETE", key(name)});
    if (!removed && removed.error().code != Code::NotFound) return removed.take_error();
    return {};
  }

 private:
  static constexpr int kPartialContent = 206, kRangeNotSatisfiable = 416;

  std::string key(const std::string& name) const { return prefix_.empty() ? name : prefix_ + "/" + name; }

  // Empty at the end and behind it.
  Result<std::string> read(const std::string& key, std::uint64_t at) {
    const auto range = "bytes=" + std::to_string(at) + "-" + std::to_string(at + kReadBytes - 1);
    auto reply = client_->send({"GET", key, {}, range});
    if (!reply) return reply.take_error();
    if (reply->status == kRangeNotSatisfiable) return std::string();
    if (reply->status == kPartialContent) return std::move(reply->body);
    if (reply->status != 200) return s3_error(*reply, "read " + client_->display(key));
    // The whole, from a server that takes no ranges of what is this small.
    return at < reply->body.size() ? reply->body.substr(at) : std::string();
  }

  const std::unique_ptr<S3Client> client_;
  const std::string prefix_;
};

}  // namespace

std::unique_ptr<Destination> s3_destination(std::unique_ptr<S3Client> client, std::string prefix) {
  return std::make_unique<S3Destination>(std::move(client), std::move(prefix));
}

}  // namespace toolhive::registry::backup
