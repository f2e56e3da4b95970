// Report: what somebody who helps from afar needs to see, and nothing that lets them in.
#pragma once

#include <string>

#include "controller/plugin/session.hpp"
#include "controller/plugin/zip_file.hpp"

namespace toolhive::plugin {

struct ReportScope {
  bool all_namespaces = false;     // else that of the command line
  std::string operator_namespace;  // where the operator runs
};

// Reads it and adds it to the archive, redacted. What cannot be read is told in errors.txt; only
// an archive that cannot be written, and Ctrl-C, are failures.
Status write_report(const Session& session, const ReportScope& scope, ZipFile& archive);

}  // namespace toolhive::plugin
