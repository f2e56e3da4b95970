#include "registry/api/cached_list.hpp"

#include <memory>
#include <utility>

#include "controller/base/sha256.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/api/server_versions.hpp"

namespace toolhive::registry {
namespace {

std::string reader_of(const auth::Permit* permit) {
  return permit == nullptr ? std::string() : "-" + permit->key();
}

std::string cache_key(std::string_view raw_query, const std::string& reader) {
  return std::string(raw_query) + "\n" + reader;
}

std::string tag_of_state(const Index& index) {
  return (index.tag().empty() ? "0" : index.tag()) + "-" + std::string(kToldVersion);
}

// The page, with its tag, unless the client has it.
Response reply(const Call& call, const ListCache::Page& page) {
  Response response;
  auto known = not_modified(call.request, page->tag, response);
  if (!known) return problem(known.error());
  if (*known) return response;
  response.content_type = page->content_type;
  response.body = std::shared_ptr<const std::string>(page, &page->body);
  return response;
}

}  // namespace

const auth::Permit* limits_of_reader(const Call& call) {
  const auth::Permit* permit = call.permit.get();
  return permit != nullptr && permit->may_all(auth::Right::Read) ? nullptr : permit;
}

std::optional<Response> ready_list(const Index& index, const Call& call, ListCache& cache) {
  const auto page = cache.find(index.tag(), cache_key(call.query(), reader_of(limits_of_reader(call))));
  if (page == nullptr) return std::nullopt;
  return reply(call, page);
}

Response make_list(const Index& index, const Call& call, ListCache& cache, const RenderList& render,
                   std::string_view content_type) {
  const auto* permit = limits_of_reader(call);
  if (permit == nullptr) {
    // Who reads everything need not wait for the list to be made to be told that nothing changed.
    Response response;
    auto known = not_modified(call.request, tag_of_state(index), response);
    if (!known) return problem(known.error());
    if (*known) return response;
  }
  auto list = render(permit);
  if (!list) return problem(list.error());
  // A tag of the state would tell of each write to what the reader may not see.
  auto tag = permit == nullptr ? tag_of_state(index) : to_hex(sha256(*list), 16);
  const auto page = std::make_shared<const ListCache::Sent>(
      ListCache::Sent{std::move(*list), std::move(tag), content_type});
  cache.add(index.tag(), cache_key(call.query(), reader_of(permit)), page);
  return reply(call, page);
}

}  // namespace toolhive::registry
