# toolhive_precompile(<target>): the standard library and nlohmann/json, precompiled once and reused by every target
# that asks. cpprestsdk and Boost.Beast are left out: what they instantiate at the end of every translation unit costs more than
# reading them.
set(TOOLHIVE_PRECOMPILED <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <deque> <functional> <map>
    <memory> <mutex> <optional> <set> <shared_mutex> <sstream> <stop_token> <string> <string_view> <thread> <tuple>
    <unordered_map> <utility> <variant> <vector> <nlohmann/json.hpp>)

set(stub ${CMAKE_BINARY_DIR}/precompiled.cpp)
if(NOT EXISTS ${stub})
  file(WRITE ${stub} "// Carries the precompiled headers.\n")
endif()
add_library(toolhive_precompiled OBJECT ${stub})
target_link_libraries(toolhive_precompiled PRIVATE nlohmann_json::nlohmann_json)
target_precompile_headers(toolhive_precompiled PRIVATE ${TOOLHIVE_PRECOMPILED})

function(toolhive_precompile target)
  # The same usage requirements as the carrier, or the definitions differ and the compiler refuses the header.
  target_link_libraries(${target} PRIVATE nlohmann_json::nlohmann_json)
  # Executables would be compiled with -fPIE, which is a different setting from the carrier's -fPIC.
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  target_precompile_headers(${target} REUSE_FROM toolhive_precompiled)
endfunction()
