// Controller: what to watch, and what to call. Made by Manager::controller(), for any T with a
// kube::Resource<T>:
//
//   manager.controller<Widget>("widget")
//       .owns(kDeployment)
//       .concurrency(4)
//       .reconcile([](Pass& pass, const kube::Ref<Widget>& widget) -> StatusOr<Result> { ... });
//
// Wherever a function answers StatusOr<Result> it may as well answer Status.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "controller/kube/object/ref.hpp"
#include "controller/kube/object/resource.hpp"
#include "controller/runtime/cache/informer.hpp"
#include "controller/runtime/cache/mapping.hpp"
#include "controller/runtime/controller/lifecycle.hpp"
#include "controller/runtime/controller/reconcile.hpp"
#include "controller/runtime/manager/controller_setup.hpp"

namespace toolhive::runtime {

// Not thread-safe; used up by reconcile(). Errors of the calls before surface in Manager::run().
template <class T>
class ControllerBuilder {
 public:
  using Ref = kube::Ref<T>;

  ControllerBuilder(Manager& manager, std::string name)
      : setup_(manager, std::move(name), kube::Resource<T>::type()) {}

  // ---- what wakes it ----

  // Objects whose controller owner is of this controller's type wake their owner.
  ControllerBuilder& owns(const kube::ResourceType& type, const InformerOptions& options = {},
                          Predicate predicate = any_change()) {
    return watches(type, map_owner(kube::Resource<T>::type()), options, std::move(predicate));
  }
  ControllerBuilder& watches(const kube::ResourceType& type, Mapper mapper,
                             const InformerOptions& options = {}, Predicate predicate = any_change()) {
    setup_.watches(type, std::move(mapper), options, std::move(predicate));
    return *this;
  }
  // Which changes of T itself count; default declared_changed().
  ControllerBuilder& predicate(Predicate predicate) {
    setup_.predicate(std::move(predicate));
    return *this;
  }
  // Objects of T can be found by what `function` derives from them: cache.find<T>(name, value).
  ControllerBuilder& index(std::string name, IndexFunction function) {
    setup_.index(std::move(name), std::move(function));
    return *this;
  }

  // ---- how it works ----

  // Workers, at least 1; default 1.
  ControllerBuilder& concurrency(int workers) {
    setup_.concurrency(workers);
    return *this;
  }
  // The deadline that a pass is given; default 2 minutes.
  ControllerBuilder& timeout(Duration limit) {
    setup_.timeout(limit);
    return *this;
  }
  // Of passes that fail, Conflicts included, and of those that ask for it.
  ControllerBuilder& backoff(BackoffOptions options) {
    setup_.backoff(options);
    return *this;
  }
  // How Pass::write_status() tells of the condition Ready.
  ControllerBuilder& reports(ReadyReport report) {
    setup_.reports(std::move(report));
    return *this;
  }

  // ---- what it does, in the order in which a pass asks ----

  // The object is gone: time to forget what was kept for it in memory. Called with its kube::Key,
  // perhaps for one that never was.
  ControllerBuilder& on_gone(std::function<void(const kube::Key&)> function) {
    setup_.steps().gone = std::move(function);
    return *this;
  }
  // Holds an object's deletion until `function(Pass&, const kube::Object&)` has undone what was
  // done for it elsewhere: it is called while the object is being deleted, also when it does not
  // decode. Ok lets the object go; an error or a Result that is not settled() is tried again. It
  // must bear repetition. The finalizer is set before reconcile's function sees the object.
  // `need(const kube::Ref<T>&)` says FinalizerNeed::NotNeeded for one that wants none, from which
  // it is then taken.
  template <class F>
  requires std::invocable<const F&, Pass&, const kube::Object&> ControllerBuilder& finalize(
      std::string finalizer, F function, std::function<FinalizerNeed(const Ref&)> need = {}) {
    LifecycleSteps& steps = setup_.steps();
    steps.finalizer = std::move(finalizer);
    steps.finalize = [function = std::move(function)](Pass& pass, const kube::Object& object) {
      return to_result(function(pass, object));
    };
    if (need)
      steps.need = [need = std::move(need)](const View& view) {
        return need(*static_cast<const Ref*>(view.get()));
      };
    return *this;
  }
  // An object for which `is_paused` holds, whether it decodes or not, is left as it is:
  // `function(Pass&)` tells that, and nothing else is called before it changes. A pause holds up no
  // deletion.
  template <class F>
  requires std::invocable<const F&, Pass&> ControllerBuilder& on_paused(
      std::function<bool(const kube::Object&)> is_paused, F function) {
    LifecycleSteps& steps = setup_.steps();
    steps.is_paused = std::move(is_paused);
    steps.paused = [function = std::move(function)](Pass& pass) { return to_result(function(pass)); };
    return *this;
  }
  // The object does not decode as T: `function(Pass&, const Status& why)`. Default: a Warning
  // event, once per generation.
  template <class F>
  requires std::invocable<const F&, Pass&, const Status&> ControllerBuilder& on_invalid(F function) {
    setup_.steps().invalid = [function = std::move(function)](Pass& pass, const Status& why) {
      return to_result(function(pass, why));
    };
    return *this;
  }
  // `function(Pass&, const kube::Ref<T>&)` brings about what the object declares. Never called for
  // one object by two threads at once; called for different ones concurrently. An error that is not
  // terminal is tried again with backoff; a Conflict is tried again quietly; a terminal error waits
  // for a change. An exception counts as an Internal error.
  template <class F>
  requires std::invocable<const F&, Pass&, const Ref&> ControllerHandle reconcile(F function) {
    LifecycleSteps& steps = setup_.steps();
    steps.decode = [](const kube::Object& object) -> StatusOr<View> {
      auto ref = Ref::of(object);
      if (!ref.ok()) return ref.status();
      return View(std::make_shared<const Ref>(*std::move(ref)));
    };
    steps.reconcile = [function = std::move(function)](Pass& pass, const View& view) {
      return to_result(function(pass, *static_cast<const Ref*>(view.get())));
    };
    return setup_.add();
  }

 private:
  using View = LifecycleSteps::View;

  ControllerSetup setup_;
};

}  // namespace toolhive::runtime
