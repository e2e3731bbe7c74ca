# SPDX-License-Identifier: Apache-2.0
# A finished quickstart beside transformers and tokenizers, by hand (it needs a Python environment with torch):
#   cmake --build --preset release --target parity.quickstart
#   build/release/tests/parity_quickstart run/quickstart OUT && VENV/bin/python tests/parity/compare.py run/quickstart OUT
# What its `publish` and `serve` make of the model, beside transformers, gguf, llama.cpp, openai and lm_eval (benchmarks/peers.txt):
#   VENV/bin/python tests/parity/published.py bin/quickstart run/quickstart/checkpoints/synthetic/final \
#     run/quickstart/tokenizer.json TEXT_FILE SCRATCH
if(TARGET snowcoder_cpu)
  add_executable(parity.quickstart EXCLUDE_FROM_ALL parity/quickstart.cpp)
  target_link_libraries(parity.quickstart PRIVATE snowcoder_cpu snowcoder_dev)
  set_target_properties(parity.quickstart PROPERTIES OUTPUT_NAME parity_quickstart RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
endif()
