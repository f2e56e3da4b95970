#include "registry/backup/s3_reply.hpp"

#include <array>
#include <utility>

#include "controller/base/text.hpp"

namespace toolhive::registry::backup {
namespace {

constexpr std::size_t kCodeBytes = 64, kMessageBytes = 300;

constexpr std::array<std::pair<std::string_view, char>, 5> kEntities = {
    {{"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}}};

std::string unescape_xml(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::string_view taken = text.substr(0, 1);
    char character = text.front();
    for (const auto& [entity, meant] : kEntities) {
      if (!text.starts_with(entity)) continue;
      taken = entity;
      character = meant;
    }
    out += character;
    text.remove_prefix(taken.size());
  }
  return out;
}

// What somebody can do about it, where the code tells.
std::string_view advice(std::string_view code) {
  if (code == "NoSuchBucket") return "; make the bucket, or name another";
  if (code == "AccessDenied" || code == "InvalidAccessKeyId" || code == "SignatureDoesNotMatch" ||
      code == "ExpiredToken" || code == "InvalidToken")
    return "; look at the credentials, and at what they may do with the bucket";
  if (code == "PermanentRedirect" || code == "AuthorizationHeaderMalformed" || code == "TemporaryRedirect")
    return "; name the bucket's own region and endpoint";
  if (code == "RequestTimeTooSkewed") return "; set the clock";
  return {};
}

}  // namespace

std::string xml_text(std::string_view xml, std::string_view element) {
  const auto opening = "<" + std::string(element) + ">";
  const auto closing = "</" + std::string(element) + ">";
  const auto begin = xml.find(opening);
  if (begin == xml.npos) return {};
  const auto end = xml.find(closing, begin);
  if (end == xml.npos) return {};
  return unescape_xml(xml.substr(begin + opening.size(), end - begin - opening.size()));
}

Error s3_error(const auth::HttpReply& reply, const std::string& what) {
  const auto code = cleaned(xml_text(reply.body, "Code"), kCodeBytes);
  const auto message = cleaned(xml_text(reply.body, "Message"), kMessageBytes);
  std::string detail = "cannot " + what + ": the S3 server says " + std::to_string(reply.status);
  if (!code.empty()) detail += " " + code;
  if (!message.empty()) detail += " (" + message + ")";
  detail += advice(code);
  const bool missing = reply.status == 404 && (code.empty() || code == "NoSuchKey");
  return {missing ? Code::NotFound : Code::Unavailable, std::move(detail)};
}

}  // namespace toolhive::registry::backup
