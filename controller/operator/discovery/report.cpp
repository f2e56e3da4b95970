#include "controller/operator/discovery/report.hpp"

#include <utility>
#include <vector>

namespace toolhive {

using State = runtime::VersionedInformer::State;

namespace {

// By weight: the first that there is gives the reason.
constexpr State kTroubles[] = {State::Forbidden, State::Missing, State::Unavailable};

const char* reason_of(State state) {
  if (state == State::Forbidden) return "SourceForbidden";
  if (state == State::Missing) return "SourceMissing";
  return "SourceUnavailable";
}

const char* words_for(State state) {
  if (state == State::Forbidden) return "the operator may not read ";
  if (state == State::Missing) return "the cluster does not have ";
  return "the API server does not answer for ";
}

std::string names_in(const DiscoveryObservation& observed, State state) {
  std::string names;
  for (const Source& source : sources()) {
    const auto known = observed.sources.find(&source);
    if (known == observed.sources.end() || known->second.state != state) continue;
    names += (names.empty() ? "" : ", ") + std::string(source.name);
  }
  if (observed.namespaces && observed.namespaces->state == state)
    names += (names.empty() ? "" : ", ") + std::string("Namespace");
  return names;
}

// The API server's words for a right that is missing, which are always the same; those for what
// does not answer may differ each time.
std::string forbidden_words(const DiscoveryObservation& observed) {
  if (observed.namespaces && observed.namespaces->state == State::Forbidden)
    return ": " + observed.namespaces->error.message();
  for (const auto& [source, known] : observed.sources)
    if (known.state == State::Forbidden) return ": " + known.error.message();
  return {};
}

// One condition of all that is in the way; the first has the reason.
void note(ConditionValue& told, const char* reason, const std::string& text) {
  if (told.reason.empty()) {
    told = ConditionValue::no(reason, text);
  } else {
    told.message += "; " + text;
  }
}

}  // namespace

DiscoveryReport discovery_report(const DiscoveryObservation& observed, const DiscoveryPlan& plan,
                                 const DiscoveryOutcome& outcome) {
  DiscoveryReport report;
  for (const auto& [source, count] : outcome.counts) report.counts.emplace(source->name, count);
  for (const State state : kTroubles) {
    const std::string names = names_in(observed, state);
    if (names.empty()) continue;
    const std::string words = state == State::Forbidden ? forbidden_words(observed) : "";
    note(report.ready, reason_of(state), words_for(state) + names + words);
  }
  if (!outcome.failed.empty()) note(report.ready, "ToolsNotWritten", outcome.failed);
  if (plan.too_many)
    note(report.ready, "TooManyServers",
         "more than " + std::to_string(kMostServers) + " servers were found, and the others are left out");
  if (report.ready.reason.empty())
    report.ready = ConditionValue::yes("Discovering", "every source that spec.discovery names is read");
  return report;
}

}  // namespace toolhive
