#include "registry/model/json_place.hpp"

#include <utility>
#include <vector>

#include "registry/model/json.hpp"

namespace toolhive::registry {

std::string JsonPlace::pointer() const {
  std::vector<std::string_view> tokens;
  const JsonPlace* place = this;
  for (; place->around != nullptr; place = place->around) tokens.push_back(place->token);
  std::string out(within_pointer_bytes(place->token));
  if (out.size() < place->token.size()) return out;
  for (auto next = tokens.rbegin(); next != tokens.rend() && next->size() < kPointerBytes; ++next) {
    auto longer = pointer_to(out, *next);
    if (longer.size() > kPointerBytes) break;
    out = std::move(longer);
  }
  return out;
}

std::string_view within_pointer_bytes(std::string_view pointer) {
  if (pointer.size() <= JsonPlace::kPointerBytes) return pointer;
  return pointer.substr(0, pointer.rfind('/', JsonPlace::kPointerBytes));
}

}  // namespace toolhive::registry
