#include "registry/auth/audit.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "controller/base/log.hpp"
#include "controller/base/time.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry::auth {
namespace {

// Appends one line; the error's text when it is not all there. Does not wait for who reads a pipe.
std::string append_line(const std::string& file, const std::string& line) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0) return std::strerror(errno);
  std::string problem;
  const auto written = ::write(fd, line.data(), line.size());
  if (written < 0)
    problem = std::strerror(errno);
  else if (static_cast<std::size_t>(written) != line.size())
    problem = "only a part of the line was written; is the disk full?";
  ::close(fd);
  return problem;
}

class Line {
 public:
  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    member(name);
    append_json_string(out_, value);
  }
  void list(std::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    member(name);
    for (const auto& value : values) {
      out_ += &value == &values.front() ? '[' : ',';
      append_json_string(out_, value);
    }
    out_ += ']';
  }
  void raw(std::string_view name, std::string_view json) {
    member(name);
    out_ += json;
  }
  std::string take() { return std::move(out_) + "}"; }

 private:
  void member(std::string_view name) {
    out_ += out_.empty() ? '{' : ',';
    append_json_string(out_, name);
    out_ += ':';
  }
  std::string out_;
};

}  // namespace

std::string audit_line(const AuditEntry& entry, WallTime time) {
  Line line;
  line.text("ts", to_rfc3339_micro(time));
  line.text("level", "info");
  line.raw("audit", "true");
  line.text("msg", "write");
  line.text("requestId", entry.request_id);
  line.text("subject", entry.subject.empty() ? "anonymous" : entry.subject);
  line.list("groups", entry.groups);
  line.text("peer", entry.peer);
  line.text("action", entry.action);
  line.text("name", entry.name);
  line.text("version", entry.version);
  line.text("managedBy", entry.managed_by);
  line.list("tools", entry.tools);
  if (entry.force) line.raw("force", "true");
  line.text("outcome", entry.status < 400 ? "done" : entry.status < 500 ? "refused" : "failed");
  line.raw("status", std::to_string(entry.status));
  line.text("etag", entry.entity_tag);
  line.text("reason", entry.reason);
  return line.take();
}

bool AuditLog::wanted() const {
  return settings_.output == AuditSettings::Output::Stdout || settings_.output == AuditSettings::Output::File;
}

Result<void> AuditLog::check() const {
  if (settings_.output != AuditSettings::Output::File) return {};
  if (auto problem = append_line(settings_.file, {}); !problem.empty())
    return Error{Code::Invalid, settings_.file + " cannot be written: " + problem, "audit.file"};
  return {};
}

void AuditLog::add(const AuditEntry& entry) {
  const auto line = audit_line(entry, clock_.wall());
  if (settings_.output != AuditSettings::Output::File) return log_object(line);
  const auto problem = append_line(settings_.file, line + "\n");
  if (!problem.empty()) ++lost_;
  if (failing_.exchange(!problem.empty()) == !problem.empty()) return;
  if (problem.empty())
    log(LogLevel::Info, "the audit log can be written again", {{"file", settings_.file}});
  else
    log(LogLevel::Error, "the audit log cannot be written", {{"file", settings_.file}, {"error", problem}});
}

}  // namespace toolhive::registry::auth
