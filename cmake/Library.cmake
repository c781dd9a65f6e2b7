# libwsrelay: the rooms base, ws, io and client as one static library for other programs, with its
# headers, a CMake package (find_package(wsrelay)) and a pkg-config file (pkg-config wsrelay).
# No SONAME before 1.0: whoever links it builds against exactly what he has.
include(CMakePackageConfigHelpers)

set(LIBRARY_ROOMS base ws io client)

list(TRANSFORM LIBRARY_ROOMS REPLACE "(.+)" "$<TARGET_OBJECTS:wsrelay_\\1>"
     OUTPUT_VARIABLE objects)
add_library(wsrelay STATIC ${objects})
add_library(wsrelay::wsrelay ALIAS wsrelay)
set_target_properties(wsrelay PROPERTIES LINKER_LANGUAGE CXX)
target_compile_features(wsrelay PUBLIC cxx_std_20)
target_include_directories(wsrelay INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/lib>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/wsrelay>)
target_link_libraries(wsrelay PUBLIC
  fmt::fmt tl::expected ZLIB::ZLIB simdjson::simdjson Threads::Threads
  PkgConfig::GNUTLS PkgConfig::SYSTEMD PkgConfig::URIPARSER PkgConfig::IDN2)

# The doors and what they include; tests/live/test_library.py checks that nothing is missing.
set(LIBRARY_HEADERS
  base/backoff.hpp base/bytes.hpp base/error.hpp base/message.hpp base/random.hpp base/secret.hpp
  base/time.hpp base/url.hpp base/url_parts.hpp base/utf8.hpp
  client/client.hpp client/outgoing.hpp client/runtime.hpp client/settings.hpp client/status.hpp
  client/start_rate.hpp client/timer.hpp
  io/address.hpp io/byte_stream.hpp io/dialer.hpp io/file_stamp.hpp io/handle.hpp io/net_dialer.hpp
  io/proxy.hpp io/ready_list.hpp io/resolver.hpp io/sd_loop.hpp io/secrets.hpp io/signals.hpp io/task.hpp
  io/tcp_settings.hpp io/timer_heap.hpp io/tls_context.hpp io/tls_settings.hpp io/worker.hpp
  ws/close_code.hpp ws/deflate_settings.hpp ws/opcode.hpp ws/session.hpp)
foreach(header ${LIBRARY_HEADERS})
  get_filename_component(room ${header} DIRECTORY)
  install(FILES ${PROJECT_SOURCE_DIR}/lib/${header} COMPONENT library
          DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/wsrelay/${room})
endforeach()

install(TARGETS wsrelay EXPORT wsrelay-targets COMPONENT library
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
set(place ${CMAKE_INSTALL_LIBDIR}/cmake/wsrelay)
install(EXPORT wsrelay-targets NAMESPACE wsrelay:: DESTINATION ${place} COMPONENT library)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/wsrelay-config.cmake.in
                              ${PROJECT_BINARY_DIR}/wsrelay-config.cmake
                              INSTALL_DESTINATION ${place})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/wsrelay-config-version.cmake
                                 COMPATIBILITY ExactVersion)
install(FILES ${PROJECT_BINARY_DIR}/wsrelay-config.cmake
              ${PROJECT_BINARY_DIR}/wsrelay-config-version.cmake
        DESTINATION ${place} COMPONENT library)

configure_file(${CMAKE_CURRENT_LIST_DIR}/wsrelay.pc.in ${PROJECT_BINARY_DIR}/wsrelay.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/wsrelay.pc COMPONENT library
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
