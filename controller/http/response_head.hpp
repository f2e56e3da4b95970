// The first part of a response: status line and header fields.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace toolhive::http {

struct Reply;

// How the end of the body is marked (RFC 9112, section 6).
enum class Framing { NoBody, Length, Chunked, UntilClose };

struct ResponseFrame {
  Framing framing = Framing::NoBody;
  std::uint64_t length = 0;  // for Framing::Length
  bool close = false;        // the connection ends with this response
};

// What of the request and the connection decides about the head.
struct ResponseFacts {
  unsigned version = 11;  // the request's, 10 or 11
  bool head = false;      // the method was HEAD
  bool keep_alive = true;
  std::string_view date_line;  // "Date: ...\r\n"
};

// Appends the head of a handler's reply to `out`. The fields that frame the message are the
// server's: the handler's Content-Length is used as a number, its `Connection: close` as a wish.
// Line ends and NUL in values become spaces; a field whose name is no token is left out. A final
// response cannot have a status below 200: it is sent as 500.
ResponseFrame write_head(std::string& out, const Reply& reply, const ResponseFacts& facts);

// The same for an answer of the transport itself; `extra` are complete lines.
void write_error_head(std::string& out, unsigned status, std::string_view content_type, std::size_t length,
                      std::string_view extra, const ResponseFacts& facts);

// "Not Found" for 404.
std::string_view reason_phrase(unsigned status);

}  // namespace toolhive::http
