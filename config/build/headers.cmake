# The target `headers` compiles each header of the product alone: whoever includes one has all that it needs.
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/controller/*.hpp
     ${CMAKE_SOURCE_DIR}/crds/*.hpp ${CMAKE_SOURCE_DIR}/registry/*.hpp)
set(sources "")
foreach(header ${headers})
  set(source ${CMAKE_BINARY_DIR}/headers/${header}.cpp)
  # Written again only when it differs, or every configuration would compile them all.
  file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n" @ONLY)
  list(APPEND sources ${source})
endforeach()

add_library(headers OBJECT EXCLUDE_FROM_ALL ${sources})
target_link_libraries(headers PRIVATE toolhive_operator_core toolhive_registry_core toolhive_mcp)
set_target_properties(headers PROPERTIES UNITY_BUILD OFF)
