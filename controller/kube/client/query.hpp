// Query: the query part of a request's target. Internal to the library.
#pragma once

#include <string>
#include <string_view>

namespace toolhive::kube {

class Query {
 public:
  // Leaves out empty values.
  Query& add(std::string_view name, std::string_view value);
  // `path` with the query behind it.
  std::string target(const std::string& path) const { return path + text_; }

 private:
  std::string text_;
};

}  // namespace toolhive::kube
