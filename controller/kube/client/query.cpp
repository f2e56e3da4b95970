#include "controller/kube/client/query.hpp"

#include "controller/base/percent.hpp"

namespace toolhive::kube {

Query& Query::add(std::string_view name, std::string_view value) {
  if (value.empty()) return *this;
  text_ += text_.empty() ? '?' : '&';
  text_.append(name).append("=").append(percent_encode(value));
  return *this;
}

}  // namespace toolhive::kube
