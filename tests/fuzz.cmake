# SPDX-License-Identifier: Apache-2.0
# Fuzz targets (tests/fuzz/target.hpp): all of them in one test on damaged seeds and, with SNOWCODER_FUZZ, which needs clang
# (19, with its libclang-rt), a libFuzzer program for each file:
#   cmake -B build/fuzz -DCMAKE_CXX_COMPILER=clang++-19 -DSNOWCODER_FUZZ=ON -DSNOWCODER_APPS=OFF -DSNOWCODER_CUDA=OFF
#   cmake --build build/fuzz --target fuzzers && SNOWCODER_FUZZ_TARGET=redact build/fuzz/fuzz/cleaning -max_total_time=600 CORPUS
set(fuzz_files answers cleaning corpus document_rows records safetensors tokenize tokenizer_json)
list(TRANSFORM fuzz_files REPLACE "(.+)" "fuzz/\\1.cpp" OUTPUT_VARIABLE fuzz_sources)
snowcoder_add_test(fuzz SOURCES fuzz/main.cpp ${fuzz_sources} COMPONENTS data ingest TIMEOUT 300)

if(SNOWCODER_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "snowcoder: SNOWCODER_FUZZ needs clang, whose libFuzzer it uses (-DCMAKE_CXX_COMPILER=clang++-19)")
  endif()
  add_custom_target(fuzzers)
  set(sanitizers -fsanitize=fuzzer,address,undefined,float-cast-overflow -fno-sanitize-recover=undefined,float-cast-overflow)
  foreach(name IN LISTS fuzz_files)
    add_executable(fuzz.${name} EXCLUDE_FROM_ALL fuzz/${name}.cpp fuzz/libfuzzer.cpp)
    target_include_directories(fuzz.${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(fuzz.${name} PRIVATE snowcoder_ingest)
    target_compile_options(fuzz.${name} PRIVATE ${sanitizers} -O1 -g1 -fno-omit-frame-pointer)
    target_compile_definitions(fuzz.${name} PRIVATE _GLIBCXX_ASSERTIONS)
    target_link_options(fuzz.${name} PRIVATE ${sanitizers})
    set_target_properties(fuzz.${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
    add_dependencies(fuzzers fuzz.${name})
  endforeach()
endif()
