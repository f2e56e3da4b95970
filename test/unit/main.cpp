#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#ifdef __SANITIZE_ADDRESS__
// What LeakSanitizer leaves out. cpprestsdk 2.10 never frees 32 bytes of each tunnel that it opens
// through a proxy; the library has no frame pointers, so that only leaks of its own code have it in
// their stacks.
extern "C" const char*
__lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier): the sanitizer's name
  return "leak:libcpprest.so\n";
}
#endif
