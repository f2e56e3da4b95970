// Internal: keeps cpprestsdk from reading the system's authorities for each connection.
#pragma once

namespace toolhive::kube {

// While one exists, SSL_CTX_set_default_verify_paths() does nothing on this thread. cpprestsdk
// calls it for every connection it makes, before it lets the caller set the context up; that is 30
// ms of processor time for a store that Tls::apply() then replaces by one that was read once.
class WithoutDefaultAuthorities {
 public:
  WithoutDefaultAuthorities();
  ~WithoutDefaultAuthorities();
  WithoutDefaultAuthorities(const WithoutDefaultAuthorities&) = delete;
  WithoutDefaultAuthorities& operator=(const WithoutDefaultAuthorities&) = delete;
};

}  // namespace toolhive::kube
