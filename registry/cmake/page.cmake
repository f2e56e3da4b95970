# Makes ${out}, a C++ file that holds the files of the page in ${folder}, when cmake runs and whenever one changes.
function(registry_embed_page folder out)
  set(type_html "text/html; charset=utf-8")
  set(type_css "text/css; charset=utf-8")
  set(type_js "text/javascript; charset=utf-8")
  set(type_svg "image/svg+xml")
  file(GLOB files CONFIGURE_DEPENDS ${folder}/*)
  # What builds it is no part of it.
  list(FILTER files EXCLUDE REGEX "/(CMakeLists\\.txt|page_files\\.hpp)$")
  list(SORT files)
  set(entries "")
  foreach(file ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    get_filename_component(name ${file} NAME)
    get_filename_component(extension ${file} LAST_EXT)
    string(SUBSTRING ${extension} 1 -1 extension)
    if(NOT DEFINED type_${extension})
      message(FATAL_ERROR "${file}: no content type is known for .${extension}")
    endif()
    file(READ ${file} bytes)
    string(APPEND entries "      {\"${name}\", \"${type_${extension}}\", R\"page(${bytes})page\"},\n")
  endforeach()
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT [[// Made by cmake from registry/page.
#include "registry/page/page_files.hpp"

namespace toolhive::registry {

const std::vector<PageFile>& page_files() {
  static const std::vector<PageFile> all = {
@entries@  };
  return all;
}

}  // namespace toolhive::registry
]])
endfunction()
