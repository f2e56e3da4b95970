#include "controller/operator/live/offer_events.hpp"

#include <algorithm>
#include <string_view>

namespace toolhive {

namespace {

constexpr std::size_t kMostBroken = 5;
constexpr std::size_t kMostNames = 10;

bool was_told(const RememberedOffer& before, const LiveTool& line) {
  return std::any_of(before.tools.begin(), before.tools.end(), [&](const LiveTool& told) {
    return told.name == line.name && told.contract_digest == line.contract_digest &&
           told.reason == line.reason && told.state == line.state;
  });
}

std::string names_of(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) out += (i == 0 ? "" : ", ") + names[i];
  if (names.size() > kMostNames) out += " and " + std::to_string(names.size() - kMostNames) + " more";
  return out;
}

void add_names(const char* what, const std::vector<std::string>& names, std::string& note) {
  if (names.empty()) return;
  if (!note.empty()) note += "; ";
  note += what + (": " + names_of(names));
}

}  // namespace

std::vector<OfferEvent> offer_events(const RememberedOffer& before, const std::vector<LiveTool>& lines,
                                     const ToolChanges& changes,
                                     const std::map<std::string, std::string>& renames) {
  std::vector<OfferEvent> events;
  for (const LiveTool& line : lines) {
    if (line.reason != "Breaking" || events.size() == kMostBroken || was_told(before, line)) continue;
    const char* const fate = line.state == ToolState::Held ? "held" : "registered";
    events.push_back({true, "ContractBroken", line.name + ": " + line.message + "; the change is " + fate});
  }
  std::string note;
  add_names("registered", changes.registered, note);
  add_names("held", changes.held, note);
  add_names("deprecated", changes.deprecated, note);
  add_names("taken up again", changes.restored, note);
  add_names("withdrawn", changes.withdrawn, note);
  std::vector<std::string> renamed;
  for (const auto& [was, is] : renames) renamed.push_back(was + " to " + is);
  if (!changes.deprecated.empty()) add_names("probably renamed", renamed, note);
  if (!note.empty()) events.push_back({false, "ToolsChanged", note});
  return events;
}

}  // namespace toolhive
