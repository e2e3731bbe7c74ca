snowcoder_add_test(backend_cpu SOURCES unit/backend/cpu_verbs.cpp COMPONENTS cpu)

set(gpu_tests unit/backend/cuda_verbs.cpp unit/backend/cuda_encoder_verbs.cpp)

# The GPU's verbs with their kernels compiled for the CPU, over the emulated runtime: needs neither CUDA nor a GPU.
file(STRINGS ${PROJECT_SOURCE_DIR}/kernels/kernels.txt kernels)
list(TRANSFORM kernels PREPEND ${PROJECT_SOURCE_DIR}/kernels/)
set_source_files_properties(${kernels} PROPERTIES LANGUAGE CXX)
add_library(snowcoder_kernels_emulated STATIC ${kernels})
target_include_directories(snowcoder_kernels_emulated BEFORE PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/support/cuda_emulation)
target_link_libraries(snowcoder_kernels_emulated PUBLIC snowcoder_data)
target_compile_options(snowcoder_kernels_emulated PRIVATE -Wall -Wextra -Wno-unknown-pragmas)
snowcoder_add_test(backend_cuda_emulated SOURCES ${gpu_tests} unit/backend/cuda_plans.cpp TIMEOUT 300)
target_link_libraries(test.backend_cuda_emulated PRIVATE snowcoder_kernels_emulated)

# The same with nvcc's kernels, where nvcc is: runs where a GPU is, else links and says that it skips.
if(TARGET snowcoder_kernels)
  snowcoder_add_test(backend_cuda SOURCES ${gpu_tests} COMPONENTS cuda TIMEOUT 300)
  target_link_libraries(test.backend_cuda PRIVATE snowcoder_kernels)
  set_tests_properties(backend_cuda PROPERTIES LABELS gpu)
else()
  message(STATUS "snowcoder: test backend_cuda is left out, there is no CUDA compiler")
endif()
