// The tools of an offer, as all sides know them: offered, registered, remembered.
#pragma once

#include <vector>

#include "controller/operator/live/offer_task.hpp"
#include "controller/operator/live/selected_offer.hpp"
#include "controller/operator/live/tool_decision.hpp"

namespace toolhive {

// The tool that is declared comes first, then the others that are offered, then those that are
// gone: registered or remembered, but not offered. They refer to the arguments, which must outlive
// them.
std::vector<ToolCase> tool_cases(const OfferTask& task, const SelectedOffer& selected,
                                 const std::vector<RegistryEntry>& registered);

}  // namespace toolhive
