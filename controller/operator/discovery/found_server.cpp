#include "controller/operator/discovery/found_server.hpp"

#include <utility>

#include "controller/mcp/http/url.hpp"

namespace toolhive {

namespace {

constexpr std::size_t kLongestPrefix = 120;
constexpr std::string_view kClusterDomain = ".svc.cluster.local";

}  // namespace

std::string service_url(const std::string& service, const std::string& ns, std::int64_t port,
                        const std::string& path) {
  return "http://" + service + "." + ns + ".svc:" + std::to_string(port) + path;
}

std::string comparable_url(const std::string& url) {
  auto parsed = mcp::Url::parse(url);
  if (!parsed.ok()) return url;
  if (parsed->host.ends_with('.')) parsed->host.pop_back();
  if (parsed->host.ends_with(kClusterDomain))
    parsed->host.resize(parsed->host.size() - kClusterDomain.size() + std::string_view(".svc").size());
  return parsed->origin() + parsed->target;
}

Status check_server_url(const std::string& url) {
  const Status read = mcp::Url::parse(url).status();
  return read.ok() ? read : refuse("InvalidURL", "where its server is cannot be told: " + read.message());
}

std::string prefix_of(std::string_view name) {
  return std::string(name.substr(0, kLongestPrefix - 1)) + ".";
}

Status refuse(const char* reason, std::string why) {
  return Status(Code::Invalid, std::move(why)).with_reason(reason);
}

}  // namespace toolhive
