# Makes ${out}, a C++ file that holds the migrations of ${folder} as constants, when cmake runs and whenever one changes.
function(registry_embed_migrations folder out)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*.sql)
  list(SORT files)
  set(entries "")
  set(number 0)
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME_WE)
    math(EXPR number "${number} + 1")
    if(NOT name MATCHES "^0*${number}_")
      message(FATAL_ERROR "${file}: expected a migration with the number ${number}")
    endif()
    file(READ ${file} statements)
    string(APPEND entries "      {${number}, \"${name}\", R\"sql(${statements})sql\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT [[// Made by cmake from registry/store/postgres/migrations.
#include "registry/store/postgres/migrate.hpp"

namespace toolhive::registry::postgres {

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> all = {
@entries@  };
  return all;
}

}  // namespace toolhive::registry::postgres
]])
endfunction()
