#include "registry/api/cached_list.hpp"

#include <memory>

#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"

namespace toolhive::registry {

Response cached_list(const Index& index, const Request& request, std::string_view raw_query, ListCache& cache,
                     const RenderList& render) {
  const auth::Permit* permit = request.permit.get();
  if (permit != nullptr && permit->may_all(auth::Right::Read)) permit = nullptr;
  const auto reader = permit == nullptr ? std::string() : "-" + permit->key();
  Response response;
  auto known = not_modified(request, (index.tag().empty() ? "0" : index.tag()) + reader, response);
  if (!known) return problem(known.error());
  if (*known) return response;
  response.content_type = kJson;
  const auto key = std::string(raw_query) + "\n" + reader;
  response.body = cache.find(index.tag(), key);
  if (response.body == nullptr) {
    response.body = std::make_shared<const std::string>(render(permit));
    cache.add(index.tag(), key, response.body);
  }
  return response;
}

}  // namespace toolhive::registry
