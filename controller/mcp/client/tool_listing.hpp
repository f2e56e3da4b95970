// ToolListing: a server's tools, page by page.
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/client/offer.hpp"
#include "controller/mcp/client/options.hpp"
#include "controller/mcp/client/session.hpp"

namespace toolhive::mcp {

// Puts pages together (2026-07-28, "Pagination"), within bounds. One that is done with is not used
// again.
class ToolListing {
 public:
  explicit ToolListing(const Limits& limits) : limits_(limits) {}

  // Takes the next page. Decode for what is no page and for a cursor that was there before, which
  // would lead in circles; TooLarge beyond the limits.
  Status add(const Result& page);
  bool complete() const { return complete_; }
  // The parameters that ask for the next page.
  Json next() const;
  ToolList take();

 private:
  Status add_tools(const Json& tools);
  Status turn(const Json& page);
  void take_hints(const Json& page);

  const Limits& limits_;
  ToolList list_;
  std::size_t bytes_ = 0;
  std::size_t values_ = 0;
  std::set<std::string> cursors_;
  std::string cursor_;
  bool complete_ = false;
};

// All tools of a server; none of one that has no tools. Errors name the page. Expired when the
// session is gone or a cursor is no longer valid: the list must be begun again.
StatusOr<ToolList> list_tools(const Context& ctx, Session& session, const Limits& limits);

}  // namespace toolhive::mcp
