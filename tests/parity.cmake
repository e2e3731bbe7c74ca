# SPDX-License-Identifier: Apache-2.0
# A finished quickstart beside transformers and tokenizers, by hand (it needs a Python environment with torch):
#   cmake --build --preset release --target parity.quickstart
#   build/release/tests/parity_quickstart run/quickstart OUT && VENV/bin/python tests/parity/compare.py run/quickstart OUT
# What its `publish` and `serve` make of the model, beside transformers, gguf, llama.cpp, vLLM, openai and lm_eval (benchmarks/peers.txt):
#   VENV/bin/python tests/parity/published.py bin/quickstart run/quickstart/checkpoints/synthetic/final \
#     run/quickstart/tokenizer.json TEXT_FILE SCRATCH
# Losses of 300 steps on real code, f32 and bf16, beside PyTorch's (the tokens of a run folder with 4,096 ids):
#   cmake --build --preset release --target parity.losses
#   VENV/bin/python tests/parity/losses.py build/release/tests/parity_losses run/quickstart/tokens/general run/quickstart/tokenizer.json SCRATCH
if(TARGET snowcoder_cpu)
  foreach(name quickstart losses)
    add_executable(parity.${name} EXCLUDE_FROM_ALL parity/${name}.cpp)
    target_link_libraries(parity.${name} PRIVATE snowcoder_cpu snowcoder_dev)
    set_target_properties(parity.${name} PROPERTIES OUTPUT_NAME parity_${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  endforeach()
endif()
