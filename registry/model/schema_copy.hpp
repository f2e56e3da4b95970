#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "registry/model/json.hpp"
#include "registry/model/schema.hpp"

namespace toolhive::registry {

/// Copies a schema with every regular expression replaced by a harmless one. The validator compiles them with
/// std::regex, which knows neither \p{L} nor look-behind and needs stack in proportion to the pattern: valid
/// schemas would fail, or worse.
class SchemaCopy {
 public:
  /// Called for each schema once it and all schemas in it are copied, with its JSON pointer.
  using OnSchema = std::function<void(const std::string& at, const Json& copy)>;

  explicit SchemaCopy(const SchemaLimits& limits, OnSchema on_schema = nullptr)
      : limits_(limits), on_schema_(std::move(on_schema)) {}

  /// The copy of `schema`, whose pointer is `at`. Meaningless when error() is set afterwards.
  Json copy(const Json& schema, const std::string& at);

  /// Invalid when a limit was passed.
  const std::optional<Error>& error() const { return error_; }
  /// Whether a $ref or the like was met.
  bool has_reference() const { return has_reference_; }

 private:
  Json copy_schema(const Json& in, const std::string& at, std::size_t depth);
  Json copy_keyword(const std::string& name, const Json& value, const std::string& at, std::size_t depth);
  Json copy_map(const Json& value, const std::string& at, std::size_t depth, bool keys_are_patterns);
  Json refuse(const std::string& at, std::string detail);

  const SchemaLimits& limits_;
  const OnSchema on_schema_;
  std::optional<Error> error_;
  bool has_reference_ = false;
  std::size_t count_ = 0;
};

}  // namespace toolhive::registry
