// OfferReport: what is told of a server's tools, and the part of the status that it becomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/live/live_tool.hpp"
#include "controller/operator/live/offer_task.hpp"

namespace toolhive {

struct OfferReport {
  ManagedBy manager;  // whose tools they are
  std::vector<LiveTool> tools;
  std::string digest;         // of the offer that was taken in as a whole
  std::int64_t offered = 0;   // tools that are selected
  std::int64_t rejected = 0;  // of them
  ConditionValue registered;
  std::optional<ConditionValue> contract_verified;  // absent: what was told stays
};

std::int64_t count_in_state(const std::vector<LiveTool>& tools, ToolState state);

// Whether the registry has what is wanted, when everything was done.
ConditionValue tools_registered(const OfferReport& report);
// Whether the server keeps to its contracts. `offered` is the digest that an approval would name.
ConditionValue contract_verdict(const std::vector<LiveTool>& tools, const std::string& offered,
                                const OfferTask& task, bool declared_is_missing);

// What is told is what was told.
OfferReport report_of(const RememberedOffer& before, const ManagedBy& manager);

// Adds the report to a status: tools, counts, offeredDigest and url.
void tell_offer(const OfferReport& report, const std::string& registry_url, Json& status);

}  // namespace toolhive
