#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "controller/base/context.hpp"
#include "controller/mcp/http/http_client.hpp"
#include "registry/base/result.hpp"
#include "registry/upstream/settings.hpp"

namespace toolhive::registry::upstream {

// Which page of the list of servers.
struct PageQuery {
  std::size_t limit = 100;    // Versions on it, at most 100.
  std::string updated_since;  // RFC 3339; empty for all there are.
  std::string cursor;         // Empty for the first page.
};

// Where the pages of an upstream come from.
class PageSource {
 public:
  virtual ~PageSource() = default;
  PageSource() = default;
  PageSource(const PageSource&) = delete;
  PageSource& operator=(const PageSource&) = delete;

  // The text of a page. TooLarge when it has more than can be taken, which a lower limit may mend;
  // Unavailable otherwise. Messages hold no secret.
  virtual Result<std::string> read(const Context& ctx, const PageQuery& query) = 0;
};

// Over HTTP, to where the settings allow (controller/mcp/http): 30 seconds and 4 MiB for a page, a
// connection for each, no redirect, no proxy. Of one thread.
class HttpPageSource final : public PageSource {
 public:
  // Reads the file of the authorities. Unavailable when that, or what is in it, is not there.
  static Result<std::unique_ptr<PageSource>> open(const UpstreamSettings& settings);

  Result<std::string> read(const Context& ctx, const PageQuery& query) override;

 private:
  HttpPageSource(const UpstreamSettings& settings, mcp::HttpClient client)
      : settings_(settings), client_(std::move(client)) {}

  const UpstreamSettings& settings_;
  const mcp::HttpClient client_;
};

}  // namespace toolhive::registry::upstream
