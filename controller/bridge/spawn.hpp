// Starting a program with pipes for its standard streams.
#pragma once

#include <string>
#include <vector>

#include "controller/base/status.hpp"

namespace toolhive::bridge {

// Descriptors are the caller's to close.
struct Spawned {
  int pid = 0;
  int input = -1;   // what is written here the program reads
  int output = -1;  // its standard output
  int errors = -1;  // its standard error
};

// Looked up in PATH, with this process's environment, in a process group of its own whose number is
// `pid`. NotFound when there is no such program.
StatusOr<Spawned> spawn(std::vector<std::string> command);

}  // namespace toolhive::bridge
