# `cmake --install <build> --component framework`: headers, libraries and package config of controller/kube and
# controller/runtime, for projects outside this tree.
include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/toolhive-framework)

foreach(part kube runtime)
  set_target_properties(toolhive_${part} PROPERTIES EXPORT_NAME ${part})
  target_include_directories(toolhive_${part} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/toolhive>)
  install(DIRECTORY ${CMAKE_SOURCE_DIR}/controller/${part}/ COMPONENT framework
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/toolhive/controller/${part} FILES_MATCHING PATTERN "*.hpp")
endforeach()
# Linked by runtime alone, which shows none of it: no headers.
set_target_properties(toolhive_http PROPERTIES EXPORT_NAME http)
install(TARGETS toolhive_kube toolhive_http toolhive_runtime EXPORT toolhive-framework
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT framework)
install(EXPORT toolhive-framework NAMESPACE toolhive:: DESTINATION ${config_dir} COMPONENT framework)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/toolhive-framework-config.cmake.in
                              ${CMAKE_BINARY_DIR}/toolhive-framework-config.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/toolhive-framework-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/toolhive-framework-config.cmake
              ${CMAKE_BINARY_DIR}/toolhive-framework-config-version.cmake
        DESTINATION ${config_dir} COMPONENT framework)
