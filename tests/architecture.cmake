# SPDX-License-Identifier: Apache-2.0
foreach(check includes ceilings top_level presets head rules parsers)
  add_test(NAME architecture.${check} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/architecture/walls.py ${PROJECT_SOURCE_DIR} ${check})
endforeach()
if(TARGET snowcoder_cpu)
  add_test(NAME architecture.headers COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/architecture/headers.py
           ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR}/headers ${CMAKE_CXX_COMPILER} ${OpenMP_CXX_FLAGS})
  set_tests_properties(architecture.headers PROPERTIES TIMEOUT 1800)
endif()
