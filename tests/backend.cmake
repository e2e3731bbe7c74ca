snowcoder_add_test(backend_cpu SOURCES unit/backend/cpu_verbs.cpp COMPONENTS cpu)

# The launch wall, where nvcc is: the kernels of a shipped recipe, called from C++. Runs to the end with a GPU only.
if(TARGET quickstart.kernels)
  snowcoder_add_test(backend_cuda SOURCES unit/backend/cuda_rms_norm.cpp COMPONENTS cuda)
  target_compile_definitions(test.backend_cuda PRIVATE "SNOWCODER_RECIPE_HEADER=<snowcoder/recipes/quickstart.hpp>"
                                                       SNOWCODER_RECIPE=snowcoder::recipes::quickstart)
  target_link_libraries(test.backend_cuda PRIVATE quickstart.kernels)
else()
  message(STATUS "snowcoder: test backend_cuda is left out, there is no CUDA compiler")
endif()
