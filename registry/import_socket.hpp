// The way of an import into a registry on files that serves: nobody else may write to them.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "controller/base/descriptor.hpp"
#include "registry/base/result.hpp"
#include "registry/import_input.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/open/options.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// Takes imports beside the requests, one after the other, on a thread of its own: a process of the
// same user in the same network namespace hands over an open file, and is told how it goes. The
// socket has no file; its name says which folder it is for.
class ImportSocket {
 public:
  // Whether a process that serves such a store has one: on files that it does not share.
  static bool is_for(const StoreOptions& options) { return !options.database.used() && !options.shared; }

  // `directory`: where the store has its files. Store and policy must outlive it. Unavailable when
  // there can be no such socket, as where another process has it.
  static Result<std::unique_ptr<ImportSocket>> open(const std::string& directory, Store& store,
                                                    const ToolPolicy& policy);
  // Ends an import that is under way after the records that it has in hand.
  ~ImportSocket();
  ImportSocket(const ImportSocket&) = delete;
  ImportSocket& operator=(const ImportSocket&) = delete;

 private:
  ImportSocket(Descriptor listening, Store& store, const ToolPolicy& policy);
  void serve(const std::stop_token& stop);
  void take(int connection, const std::stop_token& stop);

  const Descriptor listening_;
  Store& store_;
  const ToolPolicy& policy_;
  std::jthread thread_;  // The last: it uses the others.
};

// Has the process that serves these files import `file`, an export. `on_text` gets what it says
// while it goes on (import_report.hpp). Answers its exit code: 0, or 1 when records were refused.
// NotFound when no process serves them; Unavailable when it stopped before the end.
Result<int> import_through_socket(const std::string& directory, const ImportFile& file,
                                  const std::function<void(std::string_view)>& on_text);

}  // namespace toolhive::registry
