#include "controller/operator/server/availability.hpp"

#include "controller/base/text.hpp"
#include "controller/mcp/http/url.hpp"

namespace toolhive {

namespace {

constexpr std::size_t kLongestText = 256;  // as the schema of status.server has it

ConditionValue failed(const Status& failure, const runtime::Condition* told) {
  const bool same =
      told && told->status == runtime::ConditionStatus::False && told->reason == failure.reason();
  return ConditionValue::no(failure.reason(), same ? told->message : failure.message());
}

ConditionValue availability(const Sighting& sighting, const runtime::Condition* told) {
  if (sighting.failure.ok()) return ConditionValue::yes("Available", "the server answers");
  if (!sighting.restricted) return failed(sighting.failure, told);
  return ConditionValue::yes("Restricted",
                             "the server answers, and does not let the operator read its tools; give "
                             "headers or oauth in spec.server.remote that it accepts");
}

ServerIdentity identity_of(const std::string& address, const mcp::ServerInfo& info) {
  const auto url = mcp::Url::parse(address);
  return {.name = cleaned(info.name, kLongestText),
          .version = cleaned(info.version, kLongestText),
          .protocol = info.protocol_version,
          .url = url.ok() ? url->shown() : std::string()};
}

// What was told for the same reason, or `message`.
std::string kept_message(const char* reason, const std::string& message, const runtime::Condition* told) {
  return told && told->status == runtime::ConditionStatus::False && told->reason == reason ? told->message
                                                                                           : message;
}

}  // namespace

std::optional<ConditionValue> report_hearing(const Hearing& hearing, const runtime::Condition* told) {
  const std::string& why = hearing.failure.message();
  switch (hearing.state) {
    case Hearing::State::Unknown:
      if (told) return std::nullopt;
      return ConditionValue::unknown("Pending", "the server has not been asked to tell of changes yet");
    case Hearing::State::Listening:
      return ConditionValue::yes("Listening", "the server tells when its tools change");
    case Hearing::State::NotOffered:
      return ConditionValue::no("ChangesNotTold",
                                "the server does not tell when its tools change; it is looked at in the "
                                "interval of spec.probe");
    case Hearing::State::Broken:
      return ConditionValue::no(
          "StreamBroken",
          kept_message("StreamBroken", why + "; it is tried again, and polling goes on", told));
    case Hearing::State::Flooding:
      return ConditionValue::no(
          "Flooding",
          kept_message("Flooding", why + "; it is not listened to for ten minutes, and polling goes on",
                       told));
    case Hearing::State::Full:
      return ConditionValue::no("TooManyStreams",
                                "the operator listens to as many servers as it may, or to as many of this "
                                "namespace; polling goes on");
  }
  return std::nullopt;
}

ServerReport report_server(const std::string& url, const Sighting& sighting, const runtime::Condition* told) {
  ServerReport report;
  if (sighting.looked)
    report.available = availability(sighting, told);
  else if (!told)
    report.available = ConditionValue::unknown("Pending", "the server has not been looked at yet");
  if (sighting.offer) report.identity = identity_of(url, sighting.offer->server);
  return report;
}

ServerReport report_disabled_probe() {
  return {.available = ConditionValue::unknown("ProbeDisabled",
                                               "the server is not looked at: spec.probe.mode is Disabled"),
          .identity = {}};
}

}  // namespace toolhive
