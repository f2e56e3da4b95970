// What a handler answers.
#pragma once

#include "controller/http/body_source.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolhive::http {

// The views point to literals, or to what `written` keeps alive.
struct Reply {
  unsigned status = 200;
  std::string_view reason;  // empty for the usual one
  // What frames the message (length, Connection) is the server's; see write_head().
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::string_view lines;                   // header lines with their ends, sent as they are
  std::string_view content_type;            // of `body`
  std::shared_ptr<const std::string> body;  // bytes that are ready; null for none; not copied
  // In place of `body`, for bytes that are still to come. A Content-Length among the headers says
  // how many; without one they are sent in chunks.
  std::shared_ptr<BodySource> source;
  // The reply ends as soon as the client hangs up, not with the next write, and the connection with
  // the reply. For a `source` that may be silent for long. A client that only finishes sending
  // counts as gone.
  bool ends_with_client = false;
  // Called once, when the reply is written (true) or cannot be any more; may be empty. Must not
  // throw.
  std::function<void(bool complete)> written;
};

}  // namespace toolhive::http
