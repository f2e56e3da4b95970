// Ref<T>: an object together with its typed view.
//
//   StatusOr<Ref<Widget>> widget = cache.get<Widget>(ctx, key);
//   if (!widget.ok()) return widget.status();
//   use((*widget)->spec.size, widget->meta().generation);
#pragma once

#include <memory>
#include <utility>

#include "controller/kube/object/object.hpp"

namespace toolhive::kube {

// An object's typed view and the object it was made from. Made by Ref<T>. The object knows it for
// as long as it lives, so that whoever else asks shares it; it keeps nothing afterwards.
class Decoded : public std::enable_shared_from_this<const Decoded> {
 public:
  Decoded(const Decoded&) = delete;
  Decoded& operator=(const Decoded&) = delete;

  const Object object;
  const void* const type;  // stands for T

 protected:
  Decoded(Object of, const void* as) : object(std::move(of)), type(as) {}
  ~Decoded() { object.drop(*this); }
};

// A handle on shared immutable content: copying costs one reference count. Never empty, unless
// moved from. Thread-safe.
template <class T>
class Ref {
 public:
  // The view that somebody holds of this very object, else one made by Resource<T>::from_json,
  // whose error this is.
  static StatusOr<Ref> of(const Object& object) {
    if (auto held = object.held(&kType)) return Ref(std::static_pointer_cast<const View>(std::move(held)));
    StatusOr<T> value = object.as<T>();
    if (!value.ok()) return value.status();
    auto view = std::make_shared<const View>(object, *std::move(value));
    object.hold(*view);
    return Ref(std::move(view));
  }

  const T& operator*() const { return view_->value; }
  const T* operator->() const { return &view_->value; }
  const Object& object() const { return view_->object; }
  const Meta& meta() const { return object().meta(); }
  Key key() const { return object().key(); }

 private:
  struct View final : Decoded {
    View(Object of, T as) : Decoded(std::move(of), &kType), value(std::move(as)) {}
    const T value;
  };
  // Its address tells the views of different types apart.
  static inline const char kType = 0;

  explicit Ref(std::shared_ptr<const View> view) : view_(std::move(view)) {}
  std::shared_ptr<const View> view_;
};

}  // namespace toolhive::kube
