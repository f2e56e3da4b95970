# Flags that every target of the project shares. They are global because the precompiled headers are shared between
# targets, which the compiler allows only when all flags agree.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough)
if(TOOLHIVE_WERROR)
  add_compile_options(-Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 sees overflows where strings are joined, depending on what it inlined; the sanitizer builds look for real ones.
  add_compile_options(-Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
  # Without it ccache cannot see through a precompiled header.
  add_compile_options(-fpch-preprocess)
  if(TOOLHIVE_UNITY)
    # Every source file looks like a header then, and one that keeps a type to itself is suspected of sharing it.
    add_compile_options(-Wno-subobject-linkage)
  endif()
endif()

# cpprestsdk's one-letter macro U() collides with Boost's template parameters.
add_compile_definitions(_TURN_OFF_PLATFORM_STRING TOOLHIVE_VERSION="${PROJECT_VERSION}")
include_directories(${CMAKE_SOURCE_DIR})

# A fuzzer learns nothing from code that does not tell where it has been.
if(TOOLHIVE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  # clang minds that other compilers need not take a file that is embedded as one text of more than 64 KiB.
  add_compile_options(-Wno-overlength-strings)
endif()

if(TOOLHIVE_SANITIZE)
  add_compile_options(-O1 -fsanitize=${TOOLHIVE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TOOLHIVE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Instrumented code is too branched for it to tell what was initialized.
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  if(TOOLHIVE_SANITIZE MATCHES "undefined")
    # cpprestsdk's headers use a stream buffer of char as one of unsigned char whenever a body is set from a string.
    add_compile_options(-fno-sanitize=vptr)
  endif()
  if(TOOLHIVE_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Boost.Asio has fences, which the sanitizer does not follow; the locks beside them it does.
    add_compile_options(-Wno-tsan)
  endif()
else()
  add_compile_options(-fstack-protector-strong)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(-Wl,-z,relro,-z,now -pie)
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_definitions(_FORTIFY_SOURCE=2)
  endif()
endif()
