// What an MCPTool says of its server's tools: which of them are registered, and what a change of
// them does; field by field what mcpregistry.dev_mcptools.yaml says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace toolhive {

// spec.tools
struct ToolsSpec {
  std::vector<std::string> include = {};   // globs; empty: all
  std::vector<std::string> exclude = {};   // globs
  std::optional<std::string> prefix = {};  // absent: the MCPTool's name and a dot
  std::int64_t withdraw_after_seconds = 86'400;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read("include", include);
    fields.read("exclude", exclude);
    fields.read("prefix", prefix);
    fields.read("withdrawAfterSeconds", withdraw_after_seconds);
  }
};

// spec.contract
struct ContractSpec {
  enum class Mode { Report, Enforce, Approve };
  Mode mode = Mode::Report;
  std::string approved_digest = {};  // empty: nothing is approved
  bool trust_first = true;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.read_word("mode", mode,
                     {{"Report", Mode::Report}, {"Enforce", Mode::Enforce}, {"Approve", Mode::Approve}});
    fields.read("approvedDigest", approved_digest);
    fields.read("trustFirst", trust_first);
  }
};

}  // namespace toolhive
