# One way to declare a room of the house: varka_library(NAME [QT] [PUBLIC libs…] [PRIVATE libs…]) takes every
# .cpp beside it; varka_tests(NAME libs…) makes one Qt Test executable of all *_test.cpp of a test folder.
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Objects of a room need only the headers of the rooms below: compile them without waiting for those libraries.
set(CMAKE_OPTIMIZE_DEPENDENCIES ON)
set(CMAKE_AUTOGEN_ORIGIN_DEPENDS OFF)

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
pkg_check_modules(YAMLCPP REQUIRED IMPORTED_TARGET yaml-cpp)
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Network Sql Test)
if(VARKA_GUI)
  find_package(Qt6 6.4 REQUIRED COMPONENTS Gui Widgets Svg DBus)
endif()

add_library(varka_options INTERFACE)
# gcc 12 warns of impossible overflows inside std::string at -O1 (its bug 105329): those three are left to the sanitizers.
target_compile_options(varka_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds> $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>
  -Wall -Wextra -Wpedantic -Wshadow -Werror $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wno-sign-conversion>)
target_include_directories(varka_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(varka_options INTERFACE VARKA_VERSION="${PROJECT_VERSION}"
  $<$<COMPILE_LANGUAGE:CXX>:QT_NO_CAST_TO_ASCII QT_NO_KEYWORDS>)
if(VARKA_SANITIZE)
  target_compile_options(varka_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer)
  target_link_options(varka_options INTERFACE -fsanitize=address,undefined)
endif()

# Precompiled headers are for speed only: every file also compiles without them (-DVARKA_PCH=OFF). C files have none.
function(varka_precompile name header)
  if(VARKA_PCH)
    target_precompile_headers(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${CMAKE_SOURCE_DIR}/cmake/${header}>)
  endif()
endfunction()

# Files of one room compiled together. Names in unnamed namespaces must differ within a room then, which readers like anyway.
function(varka_unite name)
  if(VARKA_UNITY)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

function(varka_library name)
  cmake_parse_arguments(ARG "QT" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*.h)
  set(units ${sources})
  list(FILTER units INCLUDE REGEX "\\.cpp$")
  if(NOT units)  # header-only rooms stay linkable
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE varka_options ${ARG_PUBLIC} ${ARG_PRIVATE})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC varka_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
  if(ARG_QT)
    set_target_properties(${name} PROPERTIES AUTOMOC ON)
  endif()
  varka_unite(${name})
  if(ARG_QT AND "Qt6::Widgets" IN_LIST ARG_PUBLIC)
    varka_precompile(${name} pch_widgets.h)
  elseif(ARG_QT)
    varka_precompile(${name} pch_qt.h)
  else()
    varka_precompile(${name} pch_std.h)
  endif()
endfunction()

function(varka_tests name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources})
  set_target_properties(test_${name} PROPERTIES AUTOMOC ON RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(test_${name} PRIVATE varka_test_support ${ARGN})
  target_compile_definitions(test_${name} PRIVATE
    VARKA_SOURCE_DIR="${CMAKE_SOURCE_DIR}" VARKA_BIN_DIR="${CMAKE_BINARY_DIR}/bin" VARKA_CORPUS="${VARKA_CORPUS}")
  varka_precompile(test_${name} pch_test.h)
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS unit
    ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QT_LOGGING_RULES=qt.qpa.*=false")
endfunction()
