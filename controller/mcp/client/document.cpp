#include "controller/mcp/client/document.hpp"

#include <utility>

namespace toolhive::mcp {

namespace {
constexpr std::size_t kLargestDocument = 256U << 10;
}

StatusOr<Document> read_document(const Context& ctx, const HttpClient& http, const HttpRequest& request) {
  Document document;
  StatusOr<HttpHead> head =
      http.send(ctx, request, [&](const HttpHead&, std::string_view bytes) -> StatusOr<bool> {
        if (document.body.size() + bytes.size() > kLargestDocument)
          return Status(Code::TooLarge, "the reply has more than 256 KiB");
        document.body += bytes;
        return true;
      });
  if (!head.ok()) return head.status().with_context("asking " + request.url.shown());
  document.head = *std::move(head);
  return document;
}

}  // namespace toolhive::mcp
