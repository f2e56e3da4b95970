#include "registry/api/unsent.hpp"

#include <utility>

#include "registry/api/problem.hpp"

namespace toolhive::registry {
namespace {

// As many of them as there can be connections are within what a registry of any size has.
constexpr std::size_t kSmallBody = 64 * 1024;

}  // namespace

UnsentBytes::UnsentBytes(std::size_t most)
    : most_(most), bytes_(std::make_shared<std::atomic<std::size_t>>(0)) {}

void UnsentBytes::hold(Response& response) {
  auto& body = response.body;
  if (body == nullptr || body.use_count() > 1 || body->size() < kSmallBody) return;
  const auto size = body->size();
  if (bytes_->fetch_add(size) + size > most_) {
    *bytes_ -= size;
    const auto lines = response.lines;
    response = problem(
        503,
        "clients have yet to read as many answers as this registry keeps for them; try again in a second");
    response.lines = lines;
    return;
  }
  const auto* held = body.get();
  body = std::shared_ptr<const std::string>(
      held, [counted = std::move(body), bytes = bytes_, size](const std::string*) { *bytes -= size; });
}

}  // namespace toolhive::registry
