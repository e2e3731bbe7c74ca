# SPDX-License-Identifier: Apache-2.0
foreach(kind find_package data_only add_subdirectory documentation wrong_calls)
  add_test(NAME consumer.${kind} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/consumer/run.py ${PROJECT_SOURCE_DIR}
           ${CMAKE_CURRENT_BINARY_DIR}/consumer ${CMAKE_COMMAND} ${kind})
  set_tests_properties(consumer.${kind} PROPERTIES TIMEOUT 1800 RESOURCE_LOCK consumer)
endforeach()
