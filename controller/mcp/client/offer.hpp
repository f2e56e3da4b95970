// Offer: what a server says of itself, and its tools.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "controller/base/json.hpp"

namespace toolhive::mcp {

// Texts are cleaned and cut to Limits::text bytes. Nothing of it is verified by the protocol.
struct ServerInfo {
  std::string name;
  std::string title;
  std::string version;
  std::string instructions;
  std::string protocol_version;
  JsonPtr capabilities;             // an object
  bool tools = false;               // whether they have tools
  bool tools_list_changed = false;  // and whether changes of them are told
};

struct ToolList {
  // objects, as they were sent and in that order; nothing else of them is checked
  std::vector<JsonPtr> tools;
  int malformed = 0;  // entries that were left out, being no objects
  int pages = 0;
  std::size_t memory = 0;       // bytes that the tools take, about
  std::chrono::milliseconds ttl{// the shortest of the pages', at most a day; 0 where the server tells none
                                0};
  bool is_private = false;  // depends on who asks (cacheScope)
};

struct Offer {
  ServerInfo server;
  ToolList list;
};

}  // namespace toolhive::mcp
