# SPDX-License-Identifier: Apache-2.0
snowcoder_add_test(train_data SOURCES unit/train/loader.cpp unit/train/checkpoint_file.cpp
                                      unit/train/metrics_file.cpp unit/train/throughput.cpp unit/parallel/owned.cpp unit/generate/completion.cpp unit/generate/completion_batch.cpp unit/evaluate/bits_per_byte.cpp COMPONENTS data)
snowcoder_add_test(train_run SOURCES unit/train/run.cpp unit/train/run_folder.cpp unit/train/hardships.cpp COMPONENTS data cpu)
snowcoder_add_test(train_selftest SOURCES unit/train/selftest.cpp COMPONENTS data cpu)
snowcoder_add_test(train_memory SOURCES unit/train/memory.cpp COMPONENTS data cpu OPTIMISED)
snowcoder_add_test(generate SOURCES unit/pipeline/generate.cpp COMPONENTS data cpu)
snowcoder_add_test(serve SOURCES unit/pipeline/text_service.cpp COMPONENTS cpu)
snowcoder_add_test(train_evaluation SOURCES unit/train/evaluation.cpp unit/pipeline/model_tokenizer.cpp COMPONENTS data cpu)

# One, two and four processes, where MPI is.
if(TARGET snowcoder_mpi AND TARGET snowcoder_cpu)
  add_executable(test.train_ranks unit/parallel/ranks.cpp)
  target_link_libraries(test.train_ranks PRIVATE snowcoder_cpu snowcoder_mpi snowcoder_dev)
  target_include_directories(test.train_ranks PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  snowcoder_build_quickly(test.train_ranks)
  set_target_properties(test.train_ranks PROPERTIES OUTPUT_NAME train_ranks RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_library(test.pmix_answer MODULE support/pmix_answer.cpp)  # for the launcher, which is built without sanitizers
  set_target_properties(test.pmix_answer PROPERTIES PREFIX "" OUTPUT_NAME pmix_answer LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_options(test.pmix_answer PRIVATE -fno-sanitize=all)
  target_link_options(test.pmix_answer PRIVATE -fno-sanitize=all)
  add_dependencies(test.train_ranks test.pmix_answer)
  add_test(NAME train_ranks COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/unit/parallel/ranks.py ${MPIEXEC_EXECUTABLE}
           $<TARGET_FILE:test.train_ranks> $<TARGET_FILE:test.pmix_answer> ${CMAKE_CURRENT_BINARY_DIR}/train_ranks.runs)
  set_tests_properties(train_ranks PROPERTIES TIMEOUT 600)
else()
  message(STATUS "snowcoder: test train_ranks is left out, there is no MPI")
endif()
