# jsoncons, header only: the system's when it is recent enough, else a pinned Debian package kept in the user's cache.
# Defines the interface target jsoncons::jsoncons. Only tests use it: to hold our check of JSON Schemas against another.
find_path(JSONCONS_INCLUDE_DIR jsoncons_ext/jsonschema/jsonschema.hpp)
if(JSONCONS_INCLUDE_DIR)
  file(STRINGS ${JSONCONS_INCLUDE_DIR}/jsoncons/config/version.hpp jsoncons_version
       REGEX "define JSONCONS_VERSION_(MAJOR|MINOR)")
  string(REGEX REPLACE ".*MAJOR ([0-9]+).*MINOR ([0-9]+).*" "\\1.\\2" jsoncons_version "${jsoncons_version}")
  if(jsoncons_version VERSION_LESS 1.3)
    message(STATUS "jsoncons ${jsoncons_version} of the system is too old")
    unset(JSONCONS_INCLUDE_DIR CACHE)
  endif()
endif()
if(NOT JSONCONS_INCLUDE_DIR)
  execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/jsoncons.sh OUTPUT_VARIABLE jsoncons_dir
                  OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE jsoncons_result)
  if(NOT jsoncons_result EQUAL 0)
    message(FATAL_ERROR "jsoncons is needed by the tests of JSON Schemas and could not be had; the lines above say why.")
  endif()
  set(JSONCONS_INCLUDE_DIR ${jsoncons_dir} CACHE PATH "Folder that holds jsoncons/" FORCE)
endif()
message(STATUS "jsoncons: ${JSONCONS_INCLUDE_DIR}")
add_library(test_jsoncons INTERFACE)
add_library(jsoncons::jsoncons ALIAS test_jsoncons)
target_include_directories(test_jsoncons SYSTEM INTERFACE ${JSONCONS_INCLUDE_DIR})
