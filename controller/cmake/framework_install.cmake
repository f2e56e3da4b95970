# `cmake --install <build> --component framework`: headers, libraries and package config of controller/base,
# controller/kube, controller/runtime and controller/testing, for projects outside this tree.
include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/toolhive-framework)

# A program links toolhive::runtime, or toolhive::kube alone, and its tests toolhive::testing; the others come with them.
set(framework_libraries
  toolhive_base_core toolhive_base toolhive_base_cpprest
  toolhive_kube_object_json toolhive_kube_object toolhive_kube_config toolhive_kube_transport toolhive_kube_client toolhive_kube
  toolhive_http_core toolhive_http toolhive_http_listener
  toolhive_runtime_monitor toolhive_runtime_cache toolhive_runtime_write toolhive_runtime_events toolhive_runtime_leader
  toolhive_runtime_controller toolhive_runtime_manager toolhive_runtime_serve toolhive_runtime
  toolhive_testing)
foreach(library ${framework_libraries})
  string(REPLACE toolhive_ "" exported ${library})
  set_target_properties(${library} PROPERTIES EXPORT_NAME ${exported})
endforeach()
# What is to be compiled before it is installed.
add_custom_target(framework DEPENDS ${framework_libraries})
target_include_directories(toolhive_base_core INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/toolhive>)
# What users include, and what that includes. All other headers are this tree's own.
set(framework_headers
  base/clock base/context base/json base/log base/log_level base/log_line base/log_writer
  base/status
  kube/client/client kube/client/discovery kube/client/watch
  kube/config/config kube/config/default_name
  kube/object/field_reader kube/object/meta kube/object/object kube/object/ref kube/object/resource
  kube/object/undecodable
  kube/transport/transport
  runtime/cache/cache runtime/cache/informer runtime/cache/mapping runtime/cache/store
  runtime/controller/lifecycle runtime/controller/pass runtime/controller/reconcile
  runtime/events/event_recorder
  runtime/leader/leader_election
  runtime/manager/controller runtime/manager/controller_handle runtime/manager/controller_setup
  runtime/manager/manager runtime/manager/process
  runtime/monitor/health runtime/monitor/metrics
  runtime/serve/endpoints
  runtime/write/applier runtime/write/conditions runtime/write/finalizer runtime/write/status_writer
  testing/fake_api testing/simulated_clock)
foreach(header ${framework_headers})
  cmake_path(GET header PARENT_PATH room)
  install(FILES ${CMAKE_SOURCE_DIR}/controller/${header}.hpp COMPONENT framework
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/toolhive/controller/${room})
endforeach()
install(TARGETS ${framework_libraries} EXPORT toolhive-framework
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT framework)
install(EXPORT toolhive-framework NAMESPACE toolhive:: DESTINATION ${config_dir} COMPONENT framework)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/toolhive-framework-config.cmake.in
                              ${CMAKE_BINARY_DIR}/toolhive-framework-config.cmake INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/toolhive-framework-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/toolhive-framework-config.cmake
              ${CMAKE_BINARY_DIR}/toolhive-framework-config-version.cmake
        DESTINATION ${config_dir} COMPONENT framework)
