#include "controller/kube/client/discovery.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "controller/base/percent.hpp"

namespace toolhive::kube {

namespace {

// A group that cannot be asked, or does not have what is looked for, is not asked more often than
// this.
constexpr Duration kRetryInterval = std::chrono::seconds(5);

std::string group_path(const ResourceType& type) {
  return type.group.empty() ? "/api/" + percent_encode(type.version)
                            : "/apis/" + percent_encode(type.group) + "/" + percent_encode(type.version);
}

// The plurals of an APIResourceList, or nothing when it is none.
std::optional<std::set<std::string>> plurals(const std::string& body) {
  const Json document = Json::parse(body, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  const auto resources = document.find("resources");
  if (resources == document.end() || !resources->is_array()) return std::nullopt;
  std::set<std::string> names;
  for (const Json& resource : *resources) {
    if (!resource.is_object()) continue;
    const auto name = resource.find("name");
    if (name != resource.end() && name->is_string()) names.insert(name->get<std::string>());
  }
  return names;
}

}  // namespace

struct Discovery::Entry {
  // of the last answer; empty for a group that does not exist
  std::optional<std::set<std::string>> plurals;
  TimePoint next_question;      // while the answer is good news
  TimePoint earliest_question;  // in any case
};

Discovery::Discovery(Client& client, Duration max_age) : client_(client), max_age_(max_age) {}
Discovery::~Discovery() = default;

Offered Discovery::offers(const Context& ctx, const ResourceType& type) {
  const std::string path = group_path(type);
  const auto answer = [&type](const Entry& entry) {
    if (!entry.plurals) return Offered::Unknown;
    return entry.plurals->contains(type.plural) ? Offered::Yes : Offered::No;
  };
  {
    const std::lock_guard lock(mutex_);
    const auto known = groups_.find(path);
    if (known != groups_.end()) {
      const Entry& entry = known->second;
      const Offered offered = answer(entry);
      if (ctx.clock.now() < (offered == Offered::Yes ? entry.next_question : entry.earliest_question))
        return offered;
    }
  }

  HttpRequest request;
  request.method = "GET";
  request.target = path;
  StatusOr<HttpResponse> reply = client_.raw(ctx, std::move(request));
  std::optional<std::set<std::string>> fresh;
  if (reply.ok()) fresh = plurals(reply->body);
  if (reply.status().code() == Code::NotFound) fresh.emplace();

  const std::lock_guard lock(mutex_);
  Entry& entry = groups_[path];
  const bool answered = fresh.has_value();
  if (answered) entry.plurals = std::move(fresh);
  entry.earliest_question = ctx.clock.now() + std::min(max_age_, kRetryInterval);
  entry.next_question = answered ? ctx.clock.now() + max_age_ : entry.earliest_question;
  return answer(entry);
}

void Discovery::invalidate(const ResourceType& type) {
  const std::lock_guard lock(mutex_);
  const auto known = groups_.find(group_path(type));
  if (known != groups_.end()) known->second.next_question = known->second.earliest_question;
}

}  // namespace toolhive::kube
