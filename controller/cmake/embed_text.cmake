# Makes ${out}, a C++ file in which ${function} of ${namespace}, declared in ${header}, answers the text of ${file}, when cmake runs and whenever the file changes.
function(toolhive_embed_text file out header namespace function)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  get_filename_component(name ${file} NAME)
  file(CONFIGURE OUTPUT ${out} @ONLY CONTENT [[// Made by cmake from @name@.
#include "@header@"

namespace @namespace@ {

std::string_view @function@() {
  return R"embedded(@text@)embedded";
}

}  // namespace @namespace@
]])
endfunction()
