#include "controller/plugin/kubectl_failure.hpp"

#include <algorithm>
#include <string_view>

#include "controller/base/utf8.hpp"
#include "controller/plugin/visible_text.hpp"

namespace toolhive::plugin {

namespace {

constexpr std::size_t kLongestCause = 1024;

struct Cause {
  std::string_view said;  // among what kubectl says
  Code code;
  std::string_view advice;
};

// The first that fits counts.
constexpr Cause kCauses[] = {
    {"doesn't have a resource type", Code::NotFound,
     "the cluster does not offer this kind; for those of mcpregistry.dev install the operator with "
     "\"kubectl mcp install generate | kubectl apply --server-side -f -\""},
    {"could not find the requested resource", Code::NotFound, "the cluster does not offer this"},
    {"(NotFound)", Code::NotFound, "look at the name, and at the namespace, which --namespace sets"},
    {"(Forbidden)", Code::Forbidden, "docs/plugin.md lists the rights that each command needs"},
    {"(Unauthorized)", Code::Unauthorized,
     "sign in, then try \"kubectl auth whoami\"; where the registry itself asks for tokens, let reads pass "
     "with spec.auth.anonymousRead, or call it with a token of your own"},
    {"(Conflict)", Code::Conflict, "somebody changed it meanwhile; look at it again and repeat"},
    {"(AlreadyExists)", Code::AlreadyExists, "choose another name"},
    {"(ServiceUnavailable)", Code::Unavailable,
     "what is asked does not answer the API server: look at \"kubectl mcp status\", and let the API server's "
     "nodes in with spec.networkPolicy.from"},
    {"Unable to connect", Code::Unavailable, "is the cluster reachable? Try \"kubectl version\""},
    {"connection to the server", Code::Unavailable, "is the cluster reachable? Try \"kubectl version\""},
};

// The verb and what it is about, without flags.
std::string asked(const std::vector<std::string>& words) {
  std::string text = "kubectl";
  for (const std::string& word : words) {
    if (word.starts_with("-")) break;
    text += " " + word;
  }
  return text;
}

// "E0102 03:04:05.678901 ...", as klog writes: what kubectl tells those who debug it.
bool is_log_line(std::string_view line) {
  return line.size() > 5 && std::string_view("IWEF").find(line[0]) != std::string_view::npos &&
         line.substr(1, 4).find_first_not_of("0123456789") == std::string_view::npos && line[5] == ' ';
}

// The lines that are for people, on one.
std::string words_of(std::string_view errors) {
  std::string said;
  while (!errors.empty()) {
    const std::size_t end = std::min(errors.find('\n'), errors.size());
    const std::string_view line = errors.substr(0, end);
    if (!line.empty() && !is_log_line(line)) said += (said.empty() ? "" : " ") + std::string(line);
    errors.remove_prefix(std::min(end + 1, errors.size()));
  }
  return said;
}

}  // namespace

Status kubectl_failure(const std::vector<std::string>& words, const ProcessResult& result) {
  const std::string said = words_of(result.errors);
  std::string message = asked(words) + ": " + shortened(visible(said), kLongestCause);
  if (said.empty()) message += "ended with exit code " + std::to_string(result.exit_code);
  const auto* const cause = std::find_if(std::begin(kCauses), std::end(kCauses), [&](const Cause& each) {
    return said.find(each.said) != std::string::npos;
  });
  if (cause == std::end(kCauses)) return {Code::Internal, message};
  return {cause->code, message + "; " + std::string(cause->advice)};
}

Status not_run(const Status& cause) {
  // NotFound is kept for what the cluster does not have.
  if (cause.code() == Code::NotFound)
    return {Code::Invalid, cause.message() + "; install kubectl, or set $KUBECTL to where it is"};
  if (cause.code() == Code::Timeout)
    return {Code::Timeout, cause.message() + "; is the cluster reachable? Try \"kubectl version\""};
  return cause;
}

}  // namespace toolhive::plugin
