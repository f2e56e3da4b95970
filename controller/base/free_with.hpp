#pragma once

namespace toolhive {

// Frees what a C library made: std::unique_ptr<X509, FreeWith<X509_free>>.
template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

}  // namespace toolhive
