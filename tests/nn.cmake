snowcoder_add_test(nn_decoder SOURCES golden/decoder.cpp golden/decoder_steps.cpp unit/nn/decoder_parameters.cpp unit/nn/decoder_cache.cpp unit/io/safetensors.cpp COMPONENTS data cpu OPTIMISED)
