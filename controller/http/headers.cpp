#include "controller/http/headers.hpp"

#include "controller/http/text.hpp"

#include <cstddef>

namespace toolhive::http {
namespace {

// growing to them one by one would move all of them each time
constexpr std::size_t kUsualFields = 8;

}  // namespace

void Headers::add(std::string_view name, std::string_view value) {
  if (std::string* const there = value_of(name)) {
    if (!there->empty()) *there += ", ";
    *there += value;
    return;
  }
  if (fields_.empty()) fields_.reserve(kUsualFields);
  fields_.emplace_back(name, value);
}

void Headers::set(std::string_view name, std::string_view value) {
  if (std::string* const there = value_of(name)) {
    there->assign(value);
  } else {
    fields_.emplace_back(name, value);
  }
}

const std::string* Headers::find(std::string_view name) const {
  for (const auto& [field, value] : fields_) {
    if (equal_ignoring_case(field, name)) return &value;
  }
  return nullptr;
}

std::string* Headers::value_of(std::string_view name) {
  return const_cast<std::string*>(find(name));
}

}  // namespace toolhive::http
