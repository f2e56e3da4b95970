// The registry as its users run it: the program, with files of its own, on a free port.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "test/e2e/harness/process.hpp"
#include "test/integration/registry/web.hpp"

namespace toolhive::test {

// A folder that goes with the test.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }
  // Writes a file and returns its path.
  std::string write(const std::string& name, const std::string& content) const;

 private:
  std::string path_;
};

class RegistryProgram {
 public:
  // Starts it with these lines of configuration beside its storage in `scratch`, and waits until it
  // is ready.
  RegistryProgram(const Scratch& scratch, const std::string& config);

  // With a bearer token, unless that is empty.
  WebAnswer send(const std::string& token, const std::string& method, const std::string& target,
                 const std::string& body = "") const;
  int status(const std::string& token, const std::string& method, const std::string& target,
             const std::string& body = "") const {
    return send(token, method, target, body).status;
  }
  // Registers a tool of this name.
  int add(const std::string& token, const std::string& name) const;
  const std::string& url() const { return url_; }

 private:
  std::string url_;
  std::unique_ptr<e2e::Background> process_;
};

}  // namespace toolhive::test
