# SPDX-License-Identifier: Apache-2.0
# The whole chain of programs for a tiny recipe, and the same with kills; what the cluster's script refuses; what the
# quickstart refuses, fetches, samples, and does with trees of one's own.
add_test(NAME end_to_end.quickstart_refuses COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/end_to_end/quickstart_refuses.py
         ${PROJECT_SOURCE_DIR}/apps/quickstart.sh)
add_test(NAME end_to_end.quickstart_fetch COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/end_to_end/quickstart_fetch.py
         ${PROJECT_SOURCE_DIR}/apps/quickstart/fetch_sources.sh)
add_test(NAME end_to_end.quickstart_sample COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/end_to_end/quickstart_sample.py
         ${PROJECT_SOURCE_DIR}/apps/quickstart/sample_files.py)
add_test(NAME end_to_end.quickstart_sources COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/end_to_end/quickstart_sources.py
         ${PROJECT_SOURCE_DIR}/apps)
add_test(NAME end_to_end.sbatch COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/end_to_end/sbatch.py
         ${PROJECT_SOURCE_DIR}/apps/train.sbatch ${CMAKE_CURRENT_BINARY_DIR}/sbatch)
if(TARGET snowcoder_cpu)
  snowcoder_add_recipe(NAME tiny HEADER support/tiny_recipe.hpp TYPE snowcoder::tests::tiny_recipe)
  get_target_property(programs tiny MANUALLY_ADDED_DEPENDENCIES)
  foreach(program IN LISTS programs)
    snowcoder_build_quickly(${program})
  endforeach()
  foreach(kind plain killed)
    add_test(NAME end_to_end.${kind} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/end_to_end/chain.py ${SNOWCODER_BIN}/tiny
             ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_CURRENT_BINARY_DIR}/end_to_end ${kind})
  endforeach()
  add_test(NAME end_to_end.published COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/end_to_end/published.py ${SNOWCODER_BIN}/tiny
           ${CMAKE_CURRENT_BINARY_DIR}/published)
  set_tests_properties(end_to_end.plain PROPERTIES FIXTURES_SETUP plain_chain TIMEOUT 900)
  set_tests_properties(end_to_end.killed PROPERTIES FIXTURES_REQUIRED plain_chain TIMEOUT 900)
endif()
