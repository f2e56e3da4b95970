#include "controller/plugin/approval.hpp"

#include "controller/base/json_access.hpp"
#include "controller/plugin/operand_state.hpp"
#include "controller/plugin/registry_objects.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

StatusOr<Approval> approval_of(const Json& tool, const std::string& expected) {
  const std::string name = visible(full_name(tool));
  Approval approval{.digest = text_at(tool, "/status/offeredDigest"),
                    .resource_version = text_at(tool, "/metadata/resourceVersion")};
  if (approval.digest.empty())
    return Status(Code::Invalid, name +
                                     " offers nothing that could be approved: its server has not been read; "
                                     "look at \"kubectl mcp status\"");
  if (!expected.empty() && expected != approval.digest)
    return Status(Code::Invalid, name + " offers " + visible(approval.digest) + " now, not " +
                                     visible(expected) + "; look at it with \"kubectl mcp diff\" again");
  if (number_at(tool, "/status/held") == 0)
    return Status(Code::Invalid, name + " has nothing that is held: there is nothing to approve");
  return approval;
}

}  // namespace toolhive::plugin
