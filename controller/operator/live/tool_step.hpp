// Carrying out what is decided about one tool of a server.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/operator/live/offer_task.hpp"
#include "controller/operator/live/tool_decision.hpp"

namespace toolhive {

// What was done in the registry, by names of tools.
struct ToolChanges {
  std::vector<std::string> registered;
  std::vector<std::string> held;  // newly
  std::vector<std::string> deprecated;
  std::vector<std::string> restored;
  std::vector<std::string> withdrawn;
  bool any_written() const {
    return !registered.empty() || !deprecated.empty() || !restored.empty() || !withdrawn.empty();
  }
};

// Works on the tools of one offer, one after another. Not thread-safe; what it is made from must
// outlive it.
class ToolSteps {
 public:
  // `renames` are names that those that are gone probably have now.
  ToolSteps(const Context& ctx, RegistryApi& registry, const OfferTask& task, const OfferRules& rules,
            const std::string& server_version, const std::map<std::string, std::string>& renames);

  // An error says that the registry cannot be asked or written now; a tool that it does not take is
  // told in its line, and is none.
  Status work_on(const ToolCase& tool);

  // Of the tools that were worked on.
  std::vector<LiveTool> lines;
  ToolChanges changes;
  std::size_t asked = 0;  // of them those about which the registry was asked

 private:
  // Whether another has the name, and that was found out often enough in this pass.
  bool waits_for_name(const ToolCase& tool);
  StatusOr<ToolDecision> decide(const ToolCase& tool);
  Status perform(const ToolCase& tool, ToolDecision decision);
  Status register_tool(const ToolCase& tool, LiveTool told);
  Status deprecate(const ToolCase& tool, LiveTool told);
  Status restore(const ToolCase& tool, LiveTool told);
  Status withdraw(const ToolCase& tool);
  void tell(const ToolCase& tool, LiveTool told);

  const Context& ctx_;
  RegistryApi& registry_;
  const OfferTask& task_;
  const OfferRules& rules_;
  const std::string& server_version_;
  const std::map<std::string, std::string>& renames_;
  int retries_ = 0;
};

}  // namespace toolhive
