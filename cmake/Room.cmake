# wsrelay_room(NAME ROOMS a b LIBRARIES x y): one static library per folder of lib/.
# ROOMS are the rooms below that its headers may include; LIBRARIES stay private to it.
function(wsrelay_room name)
  cmake_parse_arguments(ROOM "" "" "ROOMS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(wsrelay_${name} STATIC ${sources})
  add_library(wsrelay::${name} ALIAS wsrelay_${name})
  list(TRANSFORM ROOM_ROOMS PREPEND wsrelay::)
  target_include_directories(wsrelay_${name} PUBLIC ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(wsrelay_${name} PUBLIC ${ROOM_ROOMS} PRIVATE ${ROOM_LIBRARIES})
  wsrelay_warnings(wsrelay_${name})
endfunction()

function(wsrelay_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Wshadow)
  # GCC 12 sees an overlap in std::string's assignments when it inlines them (its bug 105651).
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(WSRELAY_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()
