#include "controller/kube/object/json_text.hpp"

#include <nlohmann/json.hpp>

#include "controller/kube/object/json_document.hpp"
#include "controller/kube/object/json_scanner.hpp"

namespace toolhive::kube {

StatusOr<Json> parse_json(std::string_view text, std::size_t max_values) {
  JsonScanner scanner(text, max_values);
  if (!scanner.skip_value() || !scanner.finish()) return Status(Code::Decode, "not JSON: " + scanner.error());
  return json_document(text);
}

}  // namespace toolhive::kube
