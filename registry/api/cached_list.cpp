#include "registry/api/cached_list.hpp"

#include <memory>
#include <utility>

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

std::string list_tag(const Index& index, const std::string& reader) {
  return (index.tag().empty() ? "0" : index.tag()) + "-" + std::string(kToldVersion) + reader;
}

}  // namespace

const auth::Permit* limits_of_reader(const Call& call) {
  const auth::Permit* permit = call.permit.get();
  return permit != nullptr && permit->may_all(auth::Right::Read) ? nullptr : permit;
}

std::optional<Response> ready_list(const Index& index, const Call& call, ListCache& cache) {
  const auto reader = reader_of(limits_of_reader(call));
  auto body = cache.find(index.tag(), cache_key(call.query(), reader));
  if (body == nullptr) return std::nullopt;
  Response response;
  auto known = not_modified(call.request, list_tag(index, reader), response);
  if (!known) return problem(known.error());
  if (*known) return response;
  response.content_type = kJson;
  response.body = std::move(body);
  return response;
}

Response make_list(const Index& index, const Call& call, ListCache& cache, const RenderList& render) {
  const auto* permit = limits_of_reader(call);
  const auto reader = reader_of(permit);
  Response response;
  auto known = not_modified(call.request, list_tag(index, reader), response);
  if (!known) return problem(known.error());
  if (*known) return response;
  auto list = render(permit);
  if (!list) return problem(list.error());
  response.content_type = kJson;
  response.body = std::make_shared<const std::string>(std::move(*list));
  cache.add(index.tag(), cache_key(call.query(), reader), response.body);
  return response;
}

}  // namespace toolhive::registry
