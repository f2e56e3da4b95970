// The header fields of a request.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace toolhive::http {

// Names are equal in any case of their letters (RFC 9110, section 5.1). A value of this class may
// be read by several threads at once. A lookup visits every field; Limits::header_fields bounds how
// many there are.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;  // name and value

  // Adds a field. Repeated ones become one, their values joined by ", " (RFC 9110, section 5.3).
  void add(std::string_view name, std::string_view value);
  // Adds a field, or gives the one that is there another value.
  void set(std::string_view name, std::string_view value);
  // The value, valid until a field changes; null when there is no such field.
  const std::string* find(std::string_view name) const;

  // All of them, for somebody who keeps them in a form of his own; none is left.
  std::vector<Field> release() { return std::exchange(fields_, {}); }

  // In the order in which they came.
  std::vector<Field>::const_iterator begin() const { return fields_.begin(); }
  std::vector<Field>::const_iterator end() const { return fields_.end(); }

 private:
  std::string* value_of(std::string_view name);

  std::vector<Field> fields_;
};

}  // namespace toolhive::http
