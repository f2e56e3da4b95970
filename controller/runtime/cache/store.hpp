// Store: the objects of one informer, as last seen.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/kube/object/object.hpp"

namespace toolhive::runtime {

// One change of a store, as handlers see it.
struct Change {
  enum class Type { Added, Updated, Deleted };
  Type type = Type::Added;
  std::optional<kube::Object> before = {};  // Updated, Deleted
  std::optional<kube::Object> after = {};   // Added, Updated
  bool initial = false;                     // part of the first list
  // The deletion itself was missed and found by a relist: `before` is the last state that was seen,
  // not the final one.
  bool final_state_unknown = false;

  // The object as it is, or was.
  const kube::Object& object() const { return after ? *after : *before; }
};

// Derives the values an object is found under. Must be a pure function.
using IndexFunction = std::function<std::vector<std::string>(const kube::Object&)>;

// Readers: thread-safe; each call is one consistent snapshot, taken under a shared lock that is
// held for as long as it takes to copy handles. Writer: one thread, the informer's. Indexes are
// updated before any handler hears of a change.
class Store {
 public:
  Store();
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  std::optional<kube::Object> get(const kube::Key& key) const;
  // All objects, or those of one namespace, in the order of their keys.
  std::vector<kube::Object> list(std::string_view ns = {}) const;
  // Objects for which index `name` gives `value`, in the order of their keys. Internal for an
  // index that was never added.
  StatusOr<std::vector<kube::Object>> find(std::string_view index, std::string_view value) const;
  std::size_t size() const;
  std::size_t bytes() const;  // of the objects' content

  // Indexes the existing objects too. An index of that name that exists is left as it is.
  void add_index(std::string name, IndexFunction function);

  // Writer side. An object that is not newer than the one held is refused (nothing returned):
  // resourceVersions never go back. A uid that changed under one name is two changes, a delete and
  // an add.
  std::vector<Change> put(kube::Object object);
  std::vector<Change> erase(const kube::Key& key, std::optional<kube::Object> final_state);
  // Replaces everything in one step and returns what differed; what is missing is Deleted with
  // final_state_unknown. Of several objects with one key the last one counts.
  std::vector<Change> replace(std::vector<kube::Object> objects);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toolhive::runtime
