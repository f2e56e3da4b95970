// Steps in the later life of a Registry: another storage, more replicas, hibernation, discovery,
// upstreams.
#pragma once

#include "test/faults/harness/scenario.hpp"

namespace toolhive::faults {

// A Registry with an object of every type that one can have here, on a database, and an MCPTool.
extern const Step kEquip;
extern const Step kMove;  // from files to a database
extern const Step kSpread;
extern const Step kGather;

extern const Step kHibernate;
extern const Step kWake;

// An MCP server that nobody has registered; as a label says it is found, and lost again.
extern const Step kServe;
extern const Step kDiscover;
extern const Step kForget;
extern const Step kStopServing;

// Another Registry, which has a server of its own; that is taken in, and let go again.
extern const Step kPublish;
extern const Step kTakeIn;
extern const Step kLetGo;
extern const Step kDeleteSource;

}  // namespace toolhive::faults
