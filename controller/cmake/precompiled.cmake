# Two sets of precompiled headers, each compiled once and reused by every target that names it:
#   toolhive_precompile(<target> core)   the standard library, nlohmann/json and spdlog
#   toolhive_precompile(<target> http)   those, and cpprestsdk with Boost.Asio and Boost.Beast
set(TOOLHIVE_PCH_CORE <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <deque> <functional> <map>
    <memory> <mutex> <optional> <set> <shared_mutex> <sstream> <stop_token> <string> <string_view> <thread> <tuple>
    <unordered_map> <utility> <variant> <vector> <nlohmann/json.hpp> <spdlog/spdlog.h>)
set(TOOLHIVE_PCH_HTTP ${TOOLHIVE_PCH_CORE} <boost/asio.hpp> <boost/asio/ssl.hpp> <boost/beast/core.hpp>
    <boost/beast/http.hpp> <boost/beast/ssl.hpp> <cpprest/http_client.h> <cpprest/http_listener.h> <pplx/pplxtasks.h>)

foreach(set core http)
  string(TOUPPER ${set} upper)
  set(stub ${CMAKE_BINARY_DIR}/pch/${set}.cpp)
  if(NOT EXISTS ${stub})
    file(WRITE ${stub} "// Carries the precompiled headers.\n")
  endif()
  add_library(pch_${set} OBJECT ${stub})
  target_link_libraries(pch_${set} PRIVATE nlohmann_json::nlohmann_json spdlog::spdlog cpprestsdk::cpprest
                                           OpenSSL::SSL Threads::Threads)
  target_precompile_headers(pch_${set} PRIVATE ${TOOLHIVE_PCH_${upper}})
endforeach()

function(toolhive_precompile target set)
  # The same usage requirements as the carrier, or the definitions differ and the compiler refuses the header.
  target_link_libraries(${target} PRIVATE nlohmann_json::nlohmann_json spdlog::spdlog cpprestsdk::cpprest OpenSSL::SSL
                                          Threads::Threads)
  # Executables would be compiled with -fPIE, which is a different setting from the carrier's -fPIC.
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE")
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  target_precompile_headers(${target} REUSE_FROM pch_${set})
endfunction()
