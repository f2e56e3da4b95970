#include "registry/upstream/page_source.hpp"

#include "controller/base/file.hpp"
#include "controller/base/percent.hpp"
#include "controller/base/utf8.hpp"
#include "registry/upstream/credentials.hpp"

namespace toolhive::registry::upstream {
namespace {

constexpr std::size_t kPageBytes = 4 << 20;
constexpr std::size_t kAuthorityBytes = 1 << 20;
constexpr std::size_t kShownBytes = 200;

Error unavailable(std::string why) {
  return {Code::Unavailable, std::move(why)};
}

std::string target_of(const UpstreamSettings& settings, const PageQuery& query) {
  auto target = settings.url + "/v0.1/servers?include_deleted=true&limit=" + std::to_string(query.limit);
  if (!query.updated_since.empty()) target += "&updated_since=" + percent_encode(query.updated_since);
  if (!query.cursor.empty()) target += "&cursor=" + percent_encode(query.cursor);
  return target;
}

// Why an answer is no page; what the other side says of it is not repeated, as it may be anything.
Result<void> check_answer(const UpstreamSettings& settings, const mcp::Url& asked,
                          const mcp::HttpHead& head) {
  if (head.status == 200) return {};
  const auto where = asked.shown();
  if (head.status >= 300 && head.status < 400) {
    const auto place = asked.resolve(head.header("location"));
    return unavailable(where + " redirects to " +
                       (place.ok() ? shortened(place->origin(), kShownBytes) : "somewhere") +
                       ", which is not followed: set url to where the registry is");
  }
  std::string hint;
  if (head.status == 401 || head.status == 403) {
    hint = settings.token_file.empty() && settings.headers.empty()
               ? ": it asks for a token, and none is configured"
               : ": it refuses the token or headers that are configured";
    // As a registry does whose clients need certificates.
    if (head.status == 403 && asked.tls)
      hint += ", or asks for a certificate, which this registry has none of";
  } else if (head.status == 404) {
    hint = ": there is no registry API /v0.1 there";
  }
  return unavailable(where + " answered " + std::to_string(head.status) + hint);
}

}  // namespace

Result<std::unique_ptr<PageSource>> HttpPageSource::open(const UpstreamSettings& settings) {
  std::string authorities;
  if (!settings.ca_file.empty()) {
    auto text = read_file(settings.ca_file, kAuthorityBytes);
    if (!text.ok()) return unavailable(text.status().message() + " (caFile)");
    authorities = *std::move(text);
    if (authorities.empty()) return unavailable(settings.ca_file + " (caFile) is empty");
  }
  auto policy = mcp::AddressPolicy::make({settings.addresses, {}});
  if (!policy.ok()) return unavailable(policy.status().message());
  mcp::HttpLimits limits;
  limits.exchange = std::chrono::seconds(30);
  limits.body = kPageBytes;
  auto client = mcp::HttpClient::make(authorities, *std::move(policy), limits);
  if (!client.ok()) return unavailable(client.status().message());
  return std::unique_ptr<PageSource>(new HttpPageSource(settings, *std::move(client)));
}

Result<std::string> HttpPageSource::read(const Context& ctx, const PageQuery& query) {
  auto headers = request_headers(settings_);
  if (!headers) return headers.take_error();
  auto url = mcp::Url::parse(target_of(settings_, query));
  if (!url.ok()) return unavailable("a page cannot be asked for: " + url.status().message());
  std::string body;
  const auto head = client_.send(ctx, {"GET", *url, std::move(*headers), ""},
                                 [&body](const mcp::HttpHead&, std::string_view piece) -> StatusOr<bool> {
                                   body += piece;
                                   return true;
                                 });
  if (!head.ok()) {
    const auto code = head.status().code() == toolhive::Code::TooLarge ? Code::TooLarge : Code::Unavailable;
    return Error{code, url->shown() + ": " + shortened(head.status().message(), kShownBytes)};
  }
  if (auto ok = check_answer(settings_, *url, *head); !ok) return ok.take_error();
  return body;
}

}  // namespace toolhive::registry::upstream
